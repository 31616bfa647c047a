// A Fastify service behind the guard. Settings come from the environment:
// PORT, ISSUER (the authority), AUDIENCE (what this service's tokens are for).
import { createGuard } from '@signet/guard'
import { identityOf, protect } from '@signet/guard/fastify'
import { fastify } from 'fastify'

const { PORT = '4002', ISSUER = 'http://localhost:3000', AUDIENCE = ISSUER } = process.env

interface Payment {
  subject: string
  order: string
  cents: number
}

const paymentSchema = {
  type: 'object',
  required: ['order', 'cents'],
  properties: { order: { type: 'string' }, cents: { type: 'integer', minimum: 1 } },
}
const payments: Payment[] = []

const guard = createGuard({
  issuer: ISSUER,
  audience: AUDIENCE,
  onEvent: (event) => console.error(JSON.stringify(event)),
})
const app = fastify()

app.get('/health', () => guard.health())

app.get('/payments', { onRequest: protect(guard) }, (request) => {
  const { subject } = identityOf(request)
  return { subject, payments: payments.filter((payment) => payment.subject === subject) }
})

app.post<{ Body: Omit<Payment, 'subject'> }>(
  '/payments',
  { onRequest: protect(guard), schema: { body: paymentSchema } },
  (request, reply) => {
    const { order, cents } = request.body
    const payment = { subject: identityOf(request).subject, order, cents }
    payments.push(payment)
    return reply.code(201).send(payment)
  },
)

// Money leaves the house: while revocations cannot be heard of, better a 503 than a revoked token.
app.post('/payouts', { onRequest: protect(guard, { onStale: 'refuse' }) }, (request) => {
  return { paidOutTo: identityOf(request).subject }
})

app.addHook('onClose', () => guard.close())
process.once('SIGTERM', () => app.close())

console.log(`payments listening on ${await app.listen({ port: Number(PORT), host: '127.0.0.1' })}`)
