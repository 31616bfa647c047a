// Streams behind the guard that end in mid-stream when the session of their reader does: prices as
// server-sent events, and a long download. Settings come from the environment: PORT, ISSUER (the
// authority), AUDIENCE (what this service's tokens are for).
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGuard } from '@signet/guard'
import { identityOf, protect } from '@signet/guard/express'
import express from 'express'

const { PORT = '4004', ISSUER = 'http://localhost:3000', AUDIENCE = ISSUER } = process.env

const guard = createGuard({ issuer: ISSUER, audience: AUDIENCE })
const app = express()

app.get('/health', (_req, res) => {
  res.json(guard.health())
})

// The last event says why: a browser would otherwise connect again with the same token for ever.
app.get('/prices', protect(guard), (req, res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const timer = setInterval(() => res.write(`data: ${nextPrice()}\n\n`), 100)
  const stop = identityOf(req).onRevoked((end) => res.end(`event: ended\ndata: ${end}\n\n`))
  res.on('close', () => {
    clearInterval(timer)
    stop()
  })
})

// What takes an AbortSignal is cut off: the reader sees a download that broke, not one that ended.
app.get('/history', protect(guard), async (req, res) => {
  const ended = new AbortController()
  const stop = identityOf(req).onRevoked((end) => ended.abort(new Error(end)))
  try {
    await pipeline(Readable.from(history()), res, { signal: ended.signal })
  } catch {
    // The connection is closed, by either side; there is nobody left to tell.
  } finally {
    stop()
  }
})

function nextPrice(): string {
  return (100 + Math.random()).toFixed(2)
}

async function* history() {
  for (let day = 0; day < 100_000; day += 1) {
    yield `${day};${nextPrice()}\n`
    if (day % 100 === 0) await sleep(10)
  }
}

const server = app.listen(Number(PORT), '127.0.0.1')
await once(server, 'listening')
console.log(`ticker listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`)

process.once('SIGTERM', () => {
  server.close()
  // Ends every stream.
  guard.close()
})
