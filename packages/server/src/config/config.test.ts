import { describe, expect, test } from 'vitest'
import { StartError } from '../errors.ts'
import { type Mode, parseConfig } from './config.ts'
import { createSecretText } from './secrets.ts'

const secret = createSecretText()
const production = {
  SIGNET_ISSUER: 'https://login.example.com',
  SIGNET_SECRET: secret,
}

function problemsOf(environment: Record<string, string>, mode: Mode = 'development') {
  try {
    parseConfig(environment, mode, '/srv/signet')
    return []
  } catch (error) {
    if (error instanceof StartError) return error.problems
    throw error
  }
}

describe('settings', () => {
  test('development needs none', () => {
    expect(parseConfig({}, 'development', '/srv/signet')).toMatchObject({
      issuer: 'http://localhost:3000',
      audiences: ['http://localhost:3000'],
      database: { kind: 'sqlite', path: '/srv/signet/data/signet.db' },
      secrets: null,
      accessTtlSeconds: 900,
      idleTtlSeconds: 604_800,
      sessionTtlSeconds: 2_592_000,
      refreshGraceSeconds: 10,
      algorithm: 'ES256',
    })
  })

  test('production asks for the issuer and the secret, both at once', () => {
    const problems = problemsOf({}, 'production')
    expect(problems).toHaveLength(2)
    expect(problems.join()).toMatch(/SIGNET_ISSUER.*SIGNET_SECRET/s)
    expect(problemsOf(production, 'production')).toEqual([])
  })

  test('the feed is for clients in production and open in development, unless it is said', () => {
    const accessOf = (settings: Record<string, string>, mode: Mode) =>
      parseConfig(settings, mode, '/srv').feedAccess
    expect(accessOf(production, 'production')).toBe('clients')
    expect(accessOf({}, 'development')).toBe('open')
    expect(accessOf({ ...production, SIGNET_FEED_ACCESS: 'open' }, 'production')).toBe('open')
    expect(accessOf({ SIGNET_FEED_ACCESS: 'clients' }, 'development')).toBe('clients')
    expect(problemsOf({ SIGNET_FEED_ACCESS: 'closed' })).toHaveLength(1)
  })

  test('every problem is listed at once, by name and never by value', () => {
    const environment = {
      SIGNET_PORT: '70000',
      SIGNET_ACCESS_TTL: 'quarter-hour',
      SIGNET_ALG: 'HS999',
      SIGNET_SECRET: 'hunter2-hunter2',
      SIGNET_DATABASE_URL: 'mysql://secret-host/db',
      SIGNET_ISSUER: 'http://login.example.com',
      SIGNET_COLOUR: 'blue',
    }
    const problems = problemsOf(environment)
    for (const [name, value] of Object.entries(environment)) {
      expect(
        problems.some((problem) => problem.includes(name)),
        name,
      ).toBe(true)
      expect(problems.join('\n')).not.toContain(value)
    }
  })

  test.each([
    'https://login.example.com/',
    'HTTPS://login.example.com',
    'https://login.example.com/tenant',
    'https://login.example.com?x',
    'https://user@login.example.com',
    'login.example.com',
    'http://login.example.com',
    'http://localhost.example.com',
    'ftp://localhost',
  ])('the issuer %s is refused', (issuer) => {
    expect(problemsOf({ SIGNET_ISSUER: issuer }).join()).toContain('SIGNET_ISSUER')
  })

  test.each(['http://localhost:4000', 'http://127.0.0.1:4000', 'http://[::1]:4000'])(
    'the issuer %s is loopback and accepted without https',
    (issuer) => expect(problemsOf({ SIGNET_ISSUER: issuer })).toEqual([]),
  )

  test('a list of secrets keeps its order; a repeated or weak one is refused', () => {
    const other = createSecretText()
    const config = parseConfig({ SIGNET_SECRET: `${secret},${other}` }, 'development', '/srv')
    const only = parseConfig({ SIGNET_SECRET: secret }, 'development', '/srv')
    expect(config.secrets?.current.id).toBe(only.secrets?.current.id)
    expect(problemsOf({ SIGNET_SECRET: `${secret},${secret}` })).toHaveLength(1)
    expect(problemsOf({ SIGNET_SECRET: 'A'.repeat(43) })).toHaveLength(1)
    expect(problemsOf({ SIGNET_SECRET: secret.slice(1) })).toHaveLength(1)
  })

  describe('HS256', () => {
    const shared = { SIGNET_ALG: 'HS256', SIGNET_TOKEN_SECRET: secret }

    test('needs its secrets, of which the first signs', () => {
      const other = createSecretText()
      const kidsOf = (text: string) =>
        parseConfig({ ...shared, SIGNET_TOKEN_SECRET: text }, 'development', '/srv')
          .tokenSecrets?.keys()
          .map(({ kid }) => kid)
      expect(kidsOf(`${secret},${other}`)).toEqual([kidsOf(secret)?.[0], kidsOf(other)?.[0]])
      expect(parseConfig({}, 'development', '/srv').tokenSecrets).toBe(null)
      expect(problemsOf({ SIGNET_ALG: 'HS256' }).join()).toContain('SIGNET_TOKEN_SECRET is requ')
      const inProduction = { ...production, ...shared, SIGNET_TOKEN_SECRET: other }
      expect(problemsOf(inProduction, 'production')).toEqual([])
    })

    test.each(['ES256', 'EdDSA', undefined])('and they need it, not %s', (algorithm) => {
      const settings = { ...shared, SIGNET_ALG: algorithm }
      const problems = problemsOf(JSON.parse(JSON.stringify(settings)))
      expect(problems).toEqual([expect.stringContaining('for SIGNET_ALG=HS256 alone')])
    })

    test('takes no secret that is weak, or a master secret as well', () => {
      const other = createSecretText()
      const weak = problemsOf({ ...shared, SIGNET_TOKEN_SECRET: `${secret},c2hvcnQ` })
      expect(weak).toEqual([expect.stringContaining('secret 2 has fewer than 32 bytes')])
      const both = problemsOf({ ...shared, SIGNET_SECRET: `${other},${secret}` })
      expect(both).toEqual([expect.stringContaining('a secret of SIGNET_SECRET')])
      const trailing = problemsOf({ ...shared, SIGNET_TOKEN_SECRET: `${secret},` })
      expect(trailing).toEqual([expect.stringContaining('secret 2 has fewer than 32 bytes')])
      expect([...weak, ...both, ...trailing].join()).not.toContain(secret)
    })
  })

  test.each([
    [{}, 'poll'],
    [{ SIGNET_REDIS_URL: 'redis://r:6379' }, 'redis'],
    [{ SIGNET_DATABASE_URL: 'postgres://h/d', SIGNET_SECRET: secret }, 'notify'],
    [
      {
        SIGNET_DATABASE_URL: 'postgres://h/d',
        SIGNET_SECRET: secret,
        SIGNET_REDIS_URL: 'redis://r:6379',
      },
      'redis',
    ],
    [
      {
        SIGNET_DATABASE_URL: 'postgres://h/d',
        SIGNET_SECRET: secret,
        SIGNET_WAKE_UPS: 'poll',
      },
      'poll',
    ],
  ])('processes with %o wake each other by %s', (environment, wakeUps) => {
    expect(parseConfig(environment, 'development', '/srv')).toMatchObject({ wakeUps })
  })

  test('wake-ups that cannot be, and a direct address of no PostgreSQL, are refused', () => {
    expect(problemsOf({ SIGNET_WAKE_UPS: 'redis' }).join()).toContain('SIGNET_REDIS_URL')
    expect(problemsOf({ SIGNET_WAKE_UPS: 'notify' }).join()).toContain('not PostgreSQL')
    const direct = { SIGNET_DATABASE_DIRECT_URL: 'postgres://u:hunter2@h/d' }
    expect(problemsOf(direct).join()).toContain('SIGNET_DATABASE_DIRECT_URL')
    expect(problemsOf(direct).join()).not.toContain('hunter2')
    const pooled = { SIGNET_DATABASE_URL: 'postgres://pooler/d', SIGNET_SECRET: secret }
    const config = parseConfig({ ...pooled, ...direct }, 'development', '/srv')
    expect(config.directDatabase?.name).toBe('h/d')
    expect(JSON.stringify(config)).not.toContain('hunter2')
    const file = { ...pooled, SIGNET_DATABASE_DIRECT_URL: 'sqlite:./x.db' }
    expect(problemsOf(file)).toHaveLength(1)
  })

  test('limits that contradict each other are refused', () => {
    expect(problemsOf({ SIGNET_REFRESH_TTL: '40d' })).toHaveLength(1)
    expect(problemsOf({ SIGNET_ACCESS_TTL: '1h', SIGNET_REFRESH_TTL: '10m' })).toHaveLength(1)
  })

  test('the config shows no secret when it is logged', () => {
    const config = parseConfig({ SIGNET_SECRET: secret }, 'development', '/srv')
    const shown = JSON.stringify(config)
    expect(shown).not.toContain(secret)
    expect(shown).not.toContain(Buffer.from(secret, 'base64url').toString('hex'))
    const settings = { SIGNET_ALG: 'HS256', SIGNET_TOKEN_SECRET: secret }
    expect(JSON.stringify(parseConfig(settings, 'development', '/srv'))).not.toContain(secret)
  })
})
