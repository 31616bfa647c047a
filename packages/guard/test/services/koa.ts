import Router from '@koa/router'
import Koa from 'koa'
import { findIdentity, identityOf, protect } from '../../src/adapters/koa.ts'
import { type Guard, GuardError } from '../../src/index.ts'
import { ROUTES, type Service, serviceOf, THROWING, throwIt } from './service.ts'

export async function startKoa(guard: Guard): Promise<Service> {
  const app = new Koa()
  app.silent = true
  const router = new Router()
  const count = () => {
    service.handled += 1
  }
  for (const [path, options] of Object.entries(ROUTES)) {
    router.all(path, protect(guard, options), (ctx) => {
      count()
      ctx.body = JSON.stringify(findIdentity(ctx))
    })
  }
  const onError = protect(guard, {
    onError: ({ code }, ctx) => {
      ctx.status = 418
      ctx.body = code
    },
  })
  router.get('/answered', onError, count)
  for (const [path, thrown] of Object.entries(THROWING)) {
    router.get(path, protect(guard, { onError: () => throwIt(thrown) }), count)
  }
  router.get('/items/:id', protect(guard), (ctx) => {
    ctx.body = { id: ctx.params['id'], subject: identityOf(ctx).subject }
  })
  router.use('/area', protect(guard))
  router.get('/area/inner', (ctx) => {
    ctx.body = identityOf(ctx)
  })
  router.get('/unprotected', (ctx) => {
    ctx.body = identityOf(ctx)
  })
  router.get('/failing', protect(guard), async () => {
    throw new GuardError('token_invalid')
  })
  app.use(router.routes())
  const service = await serviceOf(app.listen(0, '127.0.0.1'))
  return service
}
