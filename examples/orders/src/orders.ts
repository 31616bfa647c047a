// An Express service behind the guard. Settings come from the environment:
// PORT, ISSUER (the authority), AUDIENCE (what this service's tokens are for), PAYMENTS_URL.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard } from '@signet/guard'
import { identityOf, protect } from '@signet/guard/express'
import express from 'express'

const {
  PORT = '4001',
  ISSUER = 'http://localhost:3000',
  AUDIENCE = ISSUER,
  PAYMENTS_URL = 'http://127.0.0.1:4002',
} = process.env

const firstOrders = [
  { id: '1', item: 'signet ring', cents: 12_000 },
  { id: '2', item: 'sealing wax', cents: 450 },
]
const ordersBySubject = new Map<string, typeof firstOrders>()

/** Everybody's own orders. Nobody ever reaches another's: the subject decides. */
function ordersOf(subject: string) {
  return ordersBySubject.get(subject) ?? firstOrders
}

const guard = createGuard({
  issuer: ISSUER,
  audience: AUDIENCE,
  onEvent: (event) => console.error(JSON.stringify(event)),
})
const app = express()

app.get('/health', (_req, res) => {
  res.json(guard.health())
})

app.get('/orders', protect(guard), (req, res) => {
  const { subject } = identityOf(req)
  res.json({ subject, orders: ordersOf(subject) })
})

// On the user's behalf: payments sees the same token and judges it for itself.
app.post('/orders/:id/pay', protect(guard), async (req, res) => {
  const { subject, token } = identityOf(req)
  const order = ordersOf(subject).find(({ id }) => id === req.params.id)
  if (order === undefined) return res.status(404).json({ code: 'order_unknown' })
  const answer = await fetch(`${PAYMENTS_URL}/payments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ order: order.id, cents: order.cents }),
  })
  return res.status(answer.status).json(await answer.json())
})

// Money goes out: while revocations cannot be heard of, better a 503 than a revoked token.
app.post('/orders/:id/refund', protect(guard, { onStale: 'refuse' }), (req, res) => {
  res.json({ refunded: req.params.id, by: identityOf(req).subject })
})

app.delete('/orders/:id', protect(guard, { roles: { any: ['admin'] } }), (req, res) => {
  const { subject } = identityOf(req)
  const kept = ordersOf(subject).filter(({ id }) => id !== req.params.id)
  ordersBySubject.set(subject, kept)
  res.status(204).end()
})

const server = createServer(app).listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`orders listening on http://127.0.0.1:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => guard.close())
  server.closeIdleConnections()
})
