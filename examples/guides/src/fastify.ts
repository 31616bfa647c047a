import { createGuard } from '@signet/guard'
import { findIdentity, identityOf, protect } from '@signet/guard/fastify'
import { fastify } from 'fastify'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
const app = fastify()

app.get('/orders', { onRequest: protect(guard) }, async (request) => ({
  hello: identityOf(request).subject,
}))

// Needs a role; and answers 503 rather than trust a token while revocations cannot be heard.
const onlyAdmins = protect(guard, { roles: { any: ['admin'] }, onStale: 'refuse' })
app.delete('/orders/:id', { onRequest: onlyAdmins }, async (_request, reply) => {
  reply.code(204)
})

app.get('/greeting', { onRequest: protect(guard, { optional: true }) }, async (request) => ({
  hello: findIdentity(request)?.subject ?? 'stranger',
}))

app.register(
  async (account) => {
    account.addHook('onRequest', protect(guard))
    account.get('/name', async (request) => ({ name: identityOf(request).subject }))
  },
  { prefix: '/account' },
)

const inPlainWords = protect(guard, {
  onError: (error, _request, reply) => {
    const { status, headers } = guard.answer(error)
    reply.code(status).headers({ ...headers, 'content-type': 'text/plain' })
    reply.send(`No report for you: ${error.code}\n`)
  },
})
app.get('/report', { onRequest: inPlainWords }, async () => 'All is well\n')

await app.listen({ port: 4000 })
