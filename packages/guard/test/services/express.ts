import express from 'express'
import { findIdentity, identityOf, protect } from '../../src/adapters/express.ts'
import { type Guard, GuardError } from '../../src/index.ts'
import { ROUTES, type Service, serviceOf, THROWING, throwIt } from './service.ts'

export async function startExpress(guard: Guard): Promise<Service> {
  const app = express()
  for (const [path, options] of Object.entries(ROUTES)) {
    app.all(path, protect(guard, options), (req, res) => {
      service.handled += 1
      res.json(findIdentity(req))
    })
  }
  app.get(
    '/answered',
    protect(guard, {
      onError: (error, _request, response) => response.writeHead(418).end(error.code),
    }),
    () => {
      service.handled += 1
    },
  )
  for (const [path, thrown] of Object.entries(THROWING)) {
    app.get(path, protect(guard, { onError: () => throwIt(thrown) }), () => {
      service.handled += 1
    })
  }
  app.get('/throws/*rest', (_req, res) => {
    service.handled += 1
    res.end()
  })
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
  app.get('/failing', protect(guard), async () => {
    throw new GuardError('token_invalid')
  })
  app.use((_error: Error, _req: unknown, res: express.Response, _next: unknown) => {
    res.status(500).json({ failed: true })
  })
  const service = await serviceOf(app.listen(0, '127.0.0.1'))
  return service
}
