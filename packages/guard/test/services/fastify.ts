import { fastify } from 'fastify'
import { findIdentity, identityOf, protect } from '../../src/adapters/fastify.ts'
import { type Guard, GuardError } from '../../src/index.ts'
import { ROUTES, type Service, serviceOf, THROWING, throwIt } from './service.ts'

export async function startFastify(guard: Guard): Promise<Service> {
  const app = fastify({ forceCloseConnections: true })
  const count = async () => {
    service.handled += 1
  }
  for (const [url, options] of Object.entries(ROUTES)) {
    app.all(url, { onRequest: protect(guard, options) }, async (request) => {
      await count()
      return JSON.stringify(findIdentity(request))
    })
  }
  const onRequest = protect(guard, {
    onError: (error, _request, reply) => reply.code(418).send(error.code),
  })
  app.get('/answered', { onRequest }, count)
  for (const [url, thrown] of Object.entries(THROWING)) {
    app.get(url, { onRequest: protect(guard, { onError: () => throwIt(thrown) }) }, count)
  }
  app.get<{ Params: { id: string } }>(
    '/items/:id',
    { onRequest: protect(guard) },
    async (request) => ({ id: request.params.id, subject: identityOf(request).subject }),
  )
  app.register(async (area) => {
    area.addHook('onRequest', protect(guard))
    area.get('/area/inner', async (request) => identityOf(request))
  })
  app.get('/unprotected', async (request) => identityOf(request))
  app.get('/failing', { onRequest: protect(guard) }, async () => {
    throw new GuardError('token_invalid')
  })
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send({ failed: true }))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const service = await serviceOf(app.server, () => app.close())
  return service
}
