// What asking costs a request: the verifier's own list, a Redis, and the authority itself.

import { createRequire } from 'node:module'
import { createGuard } from '@signet/guard'
import { openSqliteDatabase, spawnAuthority, startRedis } from '@signet/testkit'
import { median } from '../measure/rounds.mjs'

const ofServer = createRequire(new URL('../../packages/server/package.json', import.meta.url))
const { Redis } = ofServer('ioredis')

const ISSUER = 'http://localhost:3000'
const PASSWORD = 'correct horse battery'

/** Each asks `times` times one after the other, in turns, for so many rounds. */
export async function reportRequests({ rounds, times, say, defer }) {
  const redisServer = await startRedis()
  defer(() => redisServer[Symbol.asyncDispose]())
  const database = await openSqliteDatabase()
  defer(() => database[Symbol.asyncDispose]())
  const authority = await spawnAuthority({
    settings: {
      ...database.settings,
      SIGNET_ISSUER: ISSUER,
      SIGNET_LOG_LEVEL: 'silent',
      SIGNET_REDIS_URL: redisServer.url,
    },
  })
  defer(() => authority[Symbol.asyncDispose]())
  const { client, url } = authority
  const authorization = await createIntrospector({ client, database })
  const { accessToken } = (await client.signup('bob@example.com', PASSWORD)).body
  const guard = createGuard({
    issuer: ISSUER,
    audience: ISSUER,
    fetch: (address, init) => fetch(String(address).replace(ISSUER, url), init),
  })
  defer(() => guard.close())
  await guard.ready()
  const redis = new Redis(redisServer.url)
  defer(() => redis.disconnect())
  const { claims } = await guard.verify(accessToken)
  const keys = [
    `session:${claims.sid}`,
    `token:${claims.jti}`,
    `client:${claims.client_id}`,
    'key:k',
    'fresh',
  ].map((name) => `signet:revoked:${name}`)

  const contestants = [
    { name: 'the guard: token known, list asked', ask: () => guard.verify(accessToken) },
    { name: 'Redis: five keys in one MGET', ask: () => redis.mget(keys) },
    {
      name: 'introspection (RFC 7662)',
      async ask() {
        const response = await fetch(`${url}/oauth/introspect`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
          body: `token=${accessToken}`,
        })
        const { active } = await response.json()
        if (active !== true) throw new Error('introspection says that the token is dead')
      },
    },
  ]
  const entries = contestants.map((contestant) => ({ ...contestant, micros: [] }))
  for (let round = 0; round <= rounds; round++) {
    for (const { ask, micros } of entries) {
      const started = performance.now()
      for (let count = 0; count < times; count++) await ask()
      // The first round warms.
      if (round > 0) micros.push(((performance.now() - started) * 1000) / times)
    }
  }
  say('', '## What asking costs one request, on one machine', '', '| | µs |', '|---|---|')
  for (const { name, micros } of entries) say(`| ${name} | ${median(micros).toFixed(1)} |`)
}

/** A client that may introspect, made by an administrator. Answers its Authorization header. */
async function createIntrospector({ client, database }) {
  const { body } = await client.signup('admin@example.com', PASSWORD)
  await database.query("insert into roles values ('admin', '', 1)")
  await database.query(`insert into account_roles values ('${body.user.id}', 'admin')`)
  const admin = await client.login('admin@example.com', PASSWORD)
  const made = await client.call('/admin/clients', {
    token: admin.body.accessToken,
    body: { name: 'bench', rights: ['introspect'] },
  })
  const { id, secret } = made.body
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}
