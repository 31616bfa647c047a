// A service of its own for proofs: a guard before three routes, each with another policy for when it
// is stale. What time it is can be changed, and it says when it began to judge.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createGuard, isRefusal } from '@signet/guard'

const { ISSUER, MAX_STALENESS_SECONDS, PORT } = process.env

/** One clock for all processes of a machine, unlike `performance.now()`. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6

let shiftMs = 0
const events = []
const guard = createGuard({
  issuer: ISSUER,
  audience: ISSUER,
  maxStalenessSeconds: Number(MAX_STALENESS_SECONDS),
  clockToleranceSeconds: 0,
  now: () => Date.now() + shiftMs,
  onEvent({ type }) {
    if (type === 'refused') return
    events.push({ type, at: nowMs() })
    if (events.length > 1_000) events.shift()
  },
})
const routes = Object.fromEntries(
  ['accept', 'refuse', 'introspect'].map((onStale) => [`/${onStale}`, guard.route({ onStale })]),
)

const server = createServer(async (request, response) => {
  const begunAt = nowMs()
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const answer = (status, body) =>
    response.writeHead(status).end(JSON.stringify({ begunAt, ...body }))
  if (pathname === '/health') {
    return answer(200, { ...guard.health(), events })
  }
  if (pathname === '/clock') {
    shiftMs = Number(searchParams.get('shiftMs'))
    return answer(200, {})
  }
  try {
    await guard.authenticate(request, routes[pathname])
    answer(200, {})
  } catch (error) {
    if (!isRefusal(error)) return answer(500, { code: String(error) })
    answer(guard.answer(error).status, { code: error.code, reason: error.reason })
  }
})
server.listen(Number(PORT), '127.0.0.1')
await once(server, 'listening')
console.log(`listening on http://127.0.0.1:${server.address().port}`)
process.once('SIGTERM', () => process.exit(0))
