import { createKeySet, generateKey, type Key, sign } from '@signet/token'
import { describe, expect, it } from 'vitest'
import { createGuard, type KeySource, type RevocationSource } from '../src/index.ts'
import { FRAMEWORKS } from './services/index.ts'
import { THROWING } from './services/service.ts'

const failing = (error: unknown): KeySource => ({
  keySet() {
    throw error
  },
  ready: async () => {},
  refresh: async () => {},
  close: () => {},
  health: () => ({ count: 0, fetchedAt: null, lastError: null }),
})

const nothingRevoked: RevocationSource = {
  isRevoked: () => false,
  stalenessMs: () => 0,
  ready: async () => {},
  close: () => {},
  health: () => ({ connected: true, cursor: null, size: 0, lastError: null }),
}

// A well-formed token, so that the keys are asked for at all.
const TOKEN = `${Buffer.from('{"alg":"ES256","typ":"at+jwt"}').toString('base64url')}.e30.${'A'.repeat(86)}`

describe.each(Object.entries(FRAMEWORKS))('H13 %s', (_name, start) => {
  it.each([
    ['an error', new Error('the store is down')],
    ['undefined', undefined],
    ['a text', 'the store is down'],
  ])('H13 answers 503 and calls no handler when the keys fail with %s', async (_case, error) => {
    const guard = createGuard({
      issuer: 'here',
      audience: 'here',
      keys: failing(error),
      revocation: nothingRevoked,
    })
    await using service = await start(guard)
    const headers = { authorization: `Bearer ${TOKEN}` }
    for (const path of ['/plain', '/optional']) {
      const response = await fetch(service.url + path, { headers })
      expect([response.status, await response.json()]).toMatchObject([
        503,
        { code: 'keys_unavailable' },
      ])
    }
    expect(service.handled).toBe(0)
    guard.close()
  })
})

describe.each(Object.entries(FRAMEWORKS))('H13 %s', (_name, start) => {
  it.each([
    ['undefined', undefined],
    ['the text that skips a route', 'route'],
    ['nothing', ''],
  ])('H13 calls no handler when looking for new keys fails with %s', async (_case, error) => {
    const keys: KeySource = {
      ...failing(null),
      keySet: () => keySet,
      refresh: () => Promise.reject(error),
    }
    const keySet = createKeySet([await generateKey('ES256')])
    const options = { issuer: 'here', audience: 'here', keys, revocation: nothingRevoked }
    const guard = createGuard(options)
    await using service = await start(guard)
    const unknown = Buffer.from('{"alg":"ES256","typ":"at+jwt","kid":"unknown"}')
    const token = TOKEN.replace(/^[^.]*/, unknown.toString('base64url'))
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${service.url}/plain`, { headers })).status).toBe(503)
    expect(service.handled).toBe(0)
    guard.close()
  })

  it.each([
    ['undefined', undefined],
    ['the text that skips a route', 'route'],
    ['an error', new Error('broken')],
  ])('H13 calls no handler when something unforeseen throws %s', async (_case, thrown) => {
    const key = await generateKey('ES256')
    let isBroken = false
    const guard = createGuard({
      issuer: 'here',
      audience: 'here',
      keys: key,
      revocation: nothingRevoked,
      now: () => {
        if (isBroken) throw thrown
        return Date.now()
      },
    })
    await guard.ready()
    await using service = await start(guard)
    const token = issue(key)
    const headers = { authorization: `Bearer ${token}` }
    expect((await fetch(`${service.url}/plain`, { headers })).status).toBe(200)
    isBroken = true
    expect((await fetch(`${service.url}/plain`, { headers })).status).toBe(500)
    expect(service.handled).toBe(1)
    guard.close()
  })
})

describe.each(Object.entries(FRAMEWORKS))('%s', (_name, start) => {
  it('H13 lets onError answer instead of the guard, and nothing else', async () => {
    const guard = await openLocalGuard()
    await using service = await start(guard)
    const response = await fetch(`${service.url}/answered`)
    expect([response.status, await response.text()]).toEqual([
      418,
      expect.stringContaining('credentials_missing'),
    ])
    expect(service.handled).toBe(0)
    guard.close()
  })

  it('H13 calls no handler, not even the next one, whatever onError throws', async () => {
    const guard = await openLocalGuard()
    await using service = await start(guard)
    for (const path of Object.keys(THROWING)) {
      expect([path, (await fetch(service.url + path)).status]).toEqual([path, 500])
    }
    expect(service.handled).toBe(0)
    guard.close()
  })
})

describe('a source of revocations that tells the time', () => {
  it.each([
    [
      'fails',
      () => {
        throw new Error('the clock is down')
      },
    ],
    ['is no number', () => Number.NaN],
    ['is no date', () => 'now' as unknown as number],
    ['never comes', () => Number.POSITIVE_INFINITY],
  ])('H13 lets nobody in whose time %s, and ends who was in', async (_case, broken) => {
    const key = await generateKey('ES256')
    const source = { ...nothingRevoked, now: (): number => Date.now() }
    const options = { issuer: 'here', audience: 'here', keys: key, revocation: source }
    const guard = createGuard(options)
    await guard.ready()
    const token = issue(key)
    const identity = await guard.verify(token)
    source.now = broken
    await expect(guard.verify(token)).rejects.toMatchObject({ code: 'revocation_stale' })
    const end = await new Promise((resolve) => identity.onRevoked(resolve))
    expect(end).toBe('revocation_stale')
    guard.close()
  })
})

async function openLocalGuard() {
  const keys = await generateKey('ES256')
  return createGuard({ issuer: 'here', audience: 'here', keys, revocation: nothingRevoked })
}

function issue(key: Key): string {
  const claims = { sub: 'a', client_id: 'c', jti: 'j' }
  return sign(claims, key, {
    issuer: 'here',
    audience: 'here',
    expiresIn: 60,
    type: 'at+jwt',
  })
}
