import 'reflect-metadata'
import type { Server } from 'node:http'
import {
  All,
  Controller,
  Get,
  HttpException,
  type INestApplication,
  Module,
  Param,
  Req,
  UseGuards,
} from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { findIdentity, identityOf, protect } from '../../src/adapters/nest.ts'
import { type Guard, GuardError } from '../../src/index.ts'
import { ROUTES, type Service, serviceOf, THROWING, throwIt } from './service.ts'

export function startNestOnExpress(guard: Guard): Promise<Service> {
  return startNest(guard, (module) =>
    NestFactory.create(module, new ExpressAdapter(), { logger: false }),
  )
}

export function startNestOnFastify(guard: Guard): Promise<Service> {
  return startNest(guard, (module) =>
    NestFactory.create(module, new FastifyAdapter({ forceCloseConnections: true }), {
      logger: false,
    }),
  )
}

type Handler = (request: object, id: string) => unknown

async function startNest(
  guard: Guard,
  create: (module: new () => object) => Promise<INestApplication<Server>>,
): Promise<Service> {
  class Root {}
  class Area {}
  const count = () => {
    service.handled += 1
  }
  for (const [path, options] of Object.entries(ROUTES)) {
    const answer: Handler = (request) => {
      count()
      return JSON.stringify(findIdentity(request))
    }
    addRoute(Root, answer, All(path), UseGuards(protect(guard, options)))
  }
  const teapot = ({ code }: GuardError) => throwIt(new HttpException(code, 418))
  const onError = protect(guard, { onError: teapot })
  addRoute(Root, count, Get('/answered'), UseGuards(onError))
  for (const [path, thrown] of Object.entries(THROWING)) {
    const throwing = protect(guard, { onError: () => throwIt(thrown) })
    addRoute(Root, count, Get(path), UseGuards(throwing))
  }
  const item: Handler = (request, id) => ({ id, subject: identityOf(request).subject })
  addRoute(Root, item, Get('/items/:id'), UseGuards(protect(guard)))
  addRoute(Area, identityOf, Get('/inner'))
  addRoute(Root, identityOf, Get('/unprotected'))
  const failing = async () => throwIt(new GuardError('token_invalid'))
  addRoute(Root, failing, Get('/failing'), UseGuards(protect(guard)))

  class App {}
  Controller('/')(Root)
  Controller('/area')(Area)
  UseGuards(protect(guard))(Area)
  Module({ controllers: [Root, Area] })(App)
  const app = await create(App)
  await app.listen(0, '127.0.0.1')
  const service = await serviceOf(app.getHttpServer(), () => app.close())
  return service
}

/** What `@Get(...) @UseGuards(...) name(@Req() request, @Param('id') id) {}` does, for a table. */
function addRoute(
  controller: new () => object,
  handler: Handler,
  ...decorators: MethodDecorator[]
): void {
  const { prototype } = controller
  const name = `route${Object.getOwnPropertyNames(prototype).length}`
  const descriptor = { value: (request: object, id: string) => handler(request, id) }
  Object.defineProperty(prototype, name, descriptor)
  Req()(prototype, name, 0)
  Param('id')(prototype, name, 1)
  for (const decorate of decorators) decorate(prototype, name, descriptor)
}
