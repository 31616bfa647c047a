// An authority as far as key clients see it: metadata, a key set, a feed that pulses and announces.
// It counts who fetches the set and can answer 503, be away, or send what nobody should read.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { exportJwk, generateKey, sign } from '@signet/token'

export const AUDIENCE = 'https://service.example'
export const ALGORITHM = 'ES256'

/** How much is sent where a key set is due, to see who reads all of it. */
export const FLOOD_MEGABYTES = 16

const KEY_SET = '/.well-known/jwks.json'
const STREAM = '/revocations/stream'
const PULSE_MS = 200

export async function startAuthority({ hasFeed, maxAge = 600 }) {
  const streams = new Set()
  const server = createServer(answer)
  const timer = setInterval(() => streams.forEach(pulse), PULSE_MS)
  const authority = {
    keys: [await generateKey(ALGORITHM)],
    fetches: 0,
    conditional: 0,
    /** 'up', '503' or 'flood'. */
    mode: 'up',
    /** Most megabytes of one flood that went out before its reader gave up. */
    mostFlooded: 0,
    issuer: '',
    jwksUri: '',
    sign({ key = authority.keys[0], kid } = {}) {
      const claims = { sub: 'acc_1', client_id: 'app', sid: 'ses_1', ver: 1, jti: 'j' }
      const { issuer } = authority
      const token = sign(claims, key, {
        issuer,
        audience: AUDIENCE,
        expiresIn: '15m',
        type: 'at+jwt',
      })
      return kid === undefined ? token : withKid(token, kid)
    },
    announce() {
      for (const stream of streams) stream.write('event: keys\ndata: {}\n\n')
    },
    async down() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
    async close() {
      clearInterval(timer)
      if (server.listening) await authority.down()
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  authority.issuer = `http://127.0.0.1:${server.address().port}`
  authority.jwksUri = authority.issuer + KEY_SET
  return authority

  function answer(request, response) {
    if (request.url === KEY_SET) return answerKeys(request, response)
    if (request.url === STREAM && hasFeed) return openStream(response)
    const metadata = {
      issuer: authority.issuer,
      jwks_uri: authority.jwksUri,
      ...(hasFeed ? { revocation_stream_endpoint: authority.issuer + STREAM } : {}),
    }
    if (request.url === '/.well-known/openid-configuration') response.end(JSON.stringify(metadata))
    else response.writeHead(404).end()
  }

  function answerKeys(request, response) {
    authority.fetches += 1
    if (request.headers['if-none-match'] !== undefined) authority.conditional += 1
    if (authority.mode === '503') return response.writeHead(503).end('{}')
    response.setHeader('content-type', 'application/json')
    response.setHeader('cache-control', `max-age=${maxAge}`)
    response.setHeader('etag', `"${authority.keys.map(({ kid }) => kid).join()}"`)
    if (authority.mode === 'flood') return flood(response)
    response.end(JSON.stringify({ keys: authority.keys.map(exportJwk) }))
  }

  /** Blanks before the keys: a reader without a limit takes all of them. */
  function flood(response) {
    const megabyte = ' '.repeat(1024 * 1024)
    let sent = 0
    const more = () => {
      while (sent < FLOOD_MEGABYTES) {
        sent += 1
        authority.mostFlooded = Math.max(authority.mostFlooded, sent)
        if (!response.write(megabyte)) return response.once('drain', more)
      }
      response.end(JSON.stringify({ keys: authority.keys.map(exportJwk) }))
    }
    more()
  }

  function openStream(response) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const opened = performance.now()
    response.opened = opened
    const page = { cursor: 'e1.0', entries: [], complete: true, reset: true }
    response.write(`event: revoked\ndata: ${JSON.stringify(page)}\n\n`)
    streams.add(response)
    response.on('close', () => streams.delete(response))
    pulse(response)
  }
}

function pulse(stream) {
  const readAfterMs = Math.max(0, performance.now() - stream.opened)
  const data = JSON.stringify({ head: 'e1.0', readAfterMs, now: Date.now() })
  stream.write(`event: pulse\ndata: ${data}\n\n`)
}

/** The same token with another key id: its signature is wrong, which nobody gets to see. */
function withKid(token, kid) {
  const [header, ...rest] = token.split('.')
  const changed = { ...JSON.parse(Buffer.from(header, 'base64url')), kid }
  return [Buffer.from(JSON.stringify(changed)).toString('base64url'), ...rest].join('.')
}
