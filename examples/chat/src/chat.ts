// A WebSocket service behind the guard: everybody hears what the others say, and is shown the door
// in mid-sentence when their session ends. Settings come from the environment: PORT, ISSUER (the
// authority), AUDIENCE (what this service's tokens are for).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { createGuard, type Identity, type IdentityEnd } from '@signet/guard'
import { WebSocket, WebSocketServer } from 'ws'

const { PORT = '4003', ISSUER = 'http://localhost:3000', AUDIENCE = ISSUER } = process.env

/** What a client is closed with: 4401 asks it to log in again, 1013 to come back later. */
const CLOSE_CODES: Record<IdentityEnd, number> = {
  token_revoked: 4401,
  token_expired: 4401,
  revocation_stale: 1013,
  guard_closed: 1013,
}

const guard = createGuard({ issuer: ISSUER, audience: AUDIENCE })
const sockets = new WebSocketServer({ noServer: true, maxPayload: 16 * 1024 })
const server = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify(guard.health()))
})

server.on('upgrade', async (request, socket, head) => {
  // A client that goes away while it is looked at is no reason to fall over.
  socket.on('error', () => socket.destroy())
  try {
    const identity = await guard.authenticate(request)
    sockets.handleUpgrade(request, socket, head, (client) => join(client, identity))
  } catch (error) {
    refuse(socket, error)
  }
})

function join(client: WebSocket, identity: Identity): void {
  const stop = identity.onRevoked((end) => client.close(CLOSE_CODES[end], end))
  client.on('close', stop)
  client.on('error', () => client.terminate())
  client.on('message', (words) => {
    // Who was shown the door may still be talking until they close their side.
    if (client.readyState !== WebSocket.OPEN) return
    const line = JSON.stringify({ from: identity.subject, words: String(words) })
    for (const listener of sockets.clients) {
      if (listener.readyState === WebSocket.OPEN) listener.send(line)
    }
  })
}

/** The answer that a route would give, written by hand: before an upgrade there is no response. */
function refuse(socket: Duplex, error: unknown): void {
  const { status, headers, body } = guard.answer(error) ?? { status: 500, headers: {}, body: '' }
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`)
}

server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`chat listening on http://127.0.0.1:${port}`)
})

process.once('SIGTERM', () => {
  server.close()
  // Tells every client to come back later.
  guard.close()
})
