import { createGuard } from '@signet/guard'
import { findIdentity, identityOf, protect } from '@signet/guard/express'
import express from 'express'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
const app = express()

app.get('/orders', protect(guard), (req, res) => {
  res.json({ hello: identityOf(req).subject })
})

// Needs a role; and answers 503 rather than trust a token while revocations cannot be heard.
const onlyAdmins = protect(guard, { roles: { any: ['admin'] }, onStale: 'refuse' })
app.delete('/orders/:id', onlyAdmins, (_req, res) => {
  res.status(204).end()
})

app.get('/greeting', protect(guard, { optional: true }), (req, res) => {
  res.json({ hello: findIdentity(req)?.subject ?? 'stranger' })
})

app.use('/account', protect(guard))
app.get('/account/name', (req, res) => {
  res.json({ name: identityOf(req).subject })
})

const inPlainWords = protect(guard, {
  onError: (error, _request, response) => {
    const { status, headers } = guard.answer(error)
    response.writeHead(status, { ...headers, 'content-type': 'text/plain' })
    response.end(`No report for you: ${error.code}\n`)
  },
})
app.get('/report', inPlainWords, (_req, res) => {
  res.send('All is well\n')
})

app.listen(4000)
