// The same little service in every framework that has an adapter, each on a real port.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { fastify } from 'fastify'
import { findIdentity, identityOf, protect } from '../src/adapters/express.ts'
import { protect as protectFastify } from '../src/adapters/fastify.ts'
import type { Guard, RouteOptions } from '../src/index.ts'

const ROUTES: Record<string, RouteOptions> = {
  '/plain': {},
  '/scoped': { scopes: { all: ['orders:read', 'orders:write'] } },
  '/any-scope': { scopes: { any: ['orders:read', 'orders:admin'] } },
  '/admin': { roles: { any: ['admin'] } },
  '/strict': { onStale: 'refuse' },
  '/optional': { optional: true },
}

export interface Service extends AsyncDisposable {
  url: string
  /** How many requests reached a handler. */
  handled: number
}

export const FRAMEWORKS: Record<string, (guard: Guard) => Promise<Service>> = {
  Express: startExpress,
  Fastify: startFastify,
}

async function startExpress(guard: Guard): Promise<Service> {
  const app = express()
  for (const [path, options] of Object.entries(ROUTES)) {
    app.all(path, protect(guard, options), (req, res) => {
      service.handled += 1
      res.json(findIdentity(req))
    })
  }
  app.get('/items/:id', protect(guard), (req, res) => {
    // Compiles only while the route's own parameter types survive the guard: `id` is a string.
    const id: string = req.params.id
    res.json({ id, subject: identityOf(req).subject })
  })
  app.use('/area', protect(guard))
  app.get('/area/inner', (req, res) => {
    res.json(identityOf(req))
  })
  app.get('/unprotected', (req, res) => {
    res.json(identityOf(req))
  })
  app.use((_error: Error, _req: unknown, res: express.Response, _next: unknown) => {
    res.status(500).json({ failed: true })
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const service: Service = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handled: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return service
}

async function startFastify(guard: Guard): Promise<Service> {
  const app = fastify({ forceCloseConnections: true })
  for (const [url, options] of Object.entries(ROUTES)) {
    app.route({
      method: ['GET', 'POST', 'OPTIONS', 'HEAD'],
      url,
      onRequest: protectFastify(guard, options),
      handler: async (request) => {
        service.handled += 1
        return JSON.stringify(findIdentity(request))
      },
    })
  }
  app.get<{ Params: { id: string } }>(
    '/items/:id',
    { onRequest: protectFastify(guard) },
    async (request) => ({ id: request.params.id, subject: identityOf(request).subject }),
  )
  app.register(async (area) => {
    area.addHook('onRequest', protectFastify(guard))
    area.get('/area/inner', async (request) => identityOf(request))
  })
  app.get('/unprotected', async (request) => identityOf(request))
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ failed: true }))
  const service: Service = {
    url: await app.listen({ port: 0, host: '127.0.0.1' }),
    handled: 0,
    async [Symbol.asyncDispose]() {
      await app.close()
    },
  }
  return service
}
