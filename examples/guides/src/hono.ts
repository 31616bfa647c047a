import { serve } from '@hono/node-server'
import { createGuard } from '@signet/guard'
import { identityOf, protect } from '@signet/guard/hono'
import { Hono } from 'hono'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
const app = new Hono()

app.get('/orders', protect(guard), (c) => c.json({ hello: c.var.identity.subject }))

// Needs a role; and answers 503 rather than trust a token while revocations cannot be heard.
const onlyAdmins = protect(guard, { roles: { any: ['admin'] }, onStale: 'refuse' })
app.delete('/orders/:id', onlyAdmins, (c) => c.body(null, 204))

app.get('/greeting', protect(guard, { optional: true }), (c) =>
  c.json({ hello: c.var.identity?.subject ?? 'stranger' }),
)

app.use('/account/*', protect(guard))
app.get('/account/name', (c) => c.json({ name: identityOf(c).subject }))

const inPlainWords = protect(guard, {
  onError: (error, c) => {
    const { status, headers } = guard.answer(error)
    return c.text(`No report for you: ${error.code}\n`, status, {
      ...headers,
      'content-type': 'text/plain',
    })
  },
})
app.get('/report', inPlainWords, (c) => c.text('All is well\n'))

serve({ fetch: app.fetch, port: 4000 })
