import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { findIdentity, identityOf, protect } from '../../src/adapters/hono.ts'
import { type Guard, GuardError } from '../../src/index.ts'
import { ROUTES, type Service, serviceOf, THROWING, throwIt } from './service.ts'

export async function startHono(guard: Guard): Promise<Service> {
  const app = new Hono()
  for (const [path, options] of Object.entries(ROUTES)) {
    app.all(path, protect(guard, options), (c) => {
      service.handled += 1
      return c.json(findIdentity(c))
    })
  }
  app.get('/answered', protect(guard, { onError: ({ code }, c) => c.text(code, 418) }), (c) => {
    service.handled += 1
    return c.body(null)
  })
  for (const [path, thrown] of Object.entries(THROWING)) {
    app.get(path, protect(guard, { onError: () => throwIt(thrown) }), (c) => {
      service.handled += 1
      return c.body(null)
    })
  }
  // Compiles only while the parameters keep their types and the identity has one.
  app.get('/items/:id', protect(guard), (c) => {
    const id: string = c.req.param('id')
    return c.json({ id, subject: c.var.identity.subject })
  })
  app.get('/maybe', protect(guard, { optional: true }), (c) =>
    c.json(c.var.identity?.subject ?? 'nobody'),
  )
  app.use('/area/*', protect(guard))
  app.get('/area/inner', (c) => c.json(identityOf(c)))
  app.get('/unprotected', (c) => c.json(identityOf(c)))
  app.get('/failing', protect(guard), async () => {
    throw new GuardError('token_invalid')
  })
  app.onError((_error, c) => c.json({ failed: true }, 500))
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  const service = await serviceOf(server)
  return service
}
