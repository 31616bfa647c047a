// How many sessions one authority ends in a second, every end on disk before it is answered, and what
// one end and one pulse are on the wire.
import { createHash } from 'node:crypto'
import { spawnAuthority } from '@signet/testkit'
import { requestText, walkFor } from '../measure/load.mjs'
import { median } from '../measure/rounds.mjs'

const inner = (path) => import(new URL(`../../packages/server/dist/${path}`, import.meta.url))
const { createRefreshToken } = await inner('sessions/refresh-token.js')
const { parseSecret } = await inner('config/secrets.js')

const CONNECTIONS = 32
const ISSUER = 'http://localhost:3000'
const DAY = 86_400
const A_DAY = { ends: 1_000_000, pulses: DAY / 2 }

/** One row of the table for a database, and the size of messages. */
export async function measureEndings({ database, sessions, rounds, ms }) {
  const authority = await spawnAuthority({
    settings: {
      ...database.settings,
      SIGNET_ISSUER: ISSUER,
      SIGNET_LOG_LEVEL: 'silent',
      SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true',
    },
  })
  try {
    const { client, url } = authority
    const { body } = await client.signup('ada@example.com', 'correct horse battery')
    const tokens = await fill(database, { sessions, accountId: body.user.id })
    const lone = await readMessages(url, () => client.logout(body.accessToken))
    const rates = []
    for (let round = 0; round < rounds; round++) {
      rates.push(await endFor(ms, { port: Number(new URL(url).port), tokens }))
    }
    return { perSecond: median(rates), lone }
  } finally {
    await authority[Symbol.asyncDispose]()
  }
}

/** Megabytes a day for each verifier, where every end is told alone. */
export function megabytesADay({ endBytes, pulseBytes }) {
  return (A_DAY.ends * endBytes + A_DAY.pulses * pulseBytes) / 1e6
}

/** Sessions of one account that nobody logged in to; answers their refresh tokens. */
async function fill(database, { sessions, accountId }) {
  const { SIGNET_DATABASE_URL: url, SIGNET_SECRET } = database.settings
  const secret = parseSecret(SIGNET_SECRET)
  const bytes = (hex) => (url.startsWith('sqlite:') ? `x'${hex}'` : `decode('${hex}', 'hex')`)
  const now = Math.floor(Date.now() / 1000)
  const tokens = []
  for (let from = 0; from < sessions; from += 500) {
    const rows = Array.from({ length: Math.min(500, sessions - from) }, (_value, index) => {
      const n = from + index
      const id = `ses_${createHash('md5').update(`ses ${n}`).digest('base64url')}`
      const salt = createHash('sha256').update(`salt ${n}`).digest()
      tokens.push(createRefreshToken(secret, { id, generation: 1, salt, clientId: 'signet' }))
      return `('${id}', '${accountId}', 'signet', ${bytes(salt.toString('hex'))}, 1, ${now},
        ${secret.id}, 'jti-${n}', '${ISSUER}', ${now}, ${now + 900}, ${now + 900},
        ${now + 7 * DAY}, ${now + 20 * DAY}, ${now})`
    })
    await database.query(
      `insert into sessions (id, account_id, client_id, salt, generation, rotated_at, secret_id,
         token_id, token_audience, token_issued_at, token_expires_at, tokens_expire_at,
         idle_expires_at, expires_at, created_at) values ${rows.join(', ')}`,
    )
  }
  return tokens
}

async function endFor(ms, { port, tokens }) {
  const walker = {
    port,
    next() {
      const refreshToken = tokens.pop()
      if (refreshToken === undefined) throw new Error('more --sessions are needed')
      const body = JSON.stringify({ refreshToken })
      return requestText({ path: '/logout', type: 'application/json', body })
    },
    take({ status, body }) {
      if (status !== 204) throw new Error(`answered ${status} ${body}`)
    },
  }
  const { perSecond } = await walkFor(
    ms,
    Array.from({ length: CONNECTIONS }, () => walker),
  )
  return perSecond
}

/** How long the messages are that come on the stream when `act` is done once. */
async function readMessages(url, act) {
  const cut = new AbortController()
  const response = await fetch(`${url}/revocations/stream`, { signal: cut.signal })
  const decoder = new TextDecoder()
  let rest = ''
  let endBytes = 0
  let pulseBytes = 0
  for await (const chunk of response.body) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = blocks.pop()
    for (const block of blocks) {
      const bytes = Buffer.byteLength(block) + 2
      if (block.startsWith('event: pulse')) {
        if (pulseBytes === 0) await act()
        pulseBytes = bytes
      } else if (pulseBytes > 0) endBytes = bytes
    }
    if (endBytes > 0) break
  }
  cut.abort()
  return { endBytes, pulseBytes }
}
