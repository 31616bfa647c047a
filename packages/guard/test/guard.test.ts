import {
  createKeySet,
  exportJwk,
  exportPrivateJwk,
  generateKey,
  importJwk,
  type KeySet,
  secretKey,
  sign,
} from '@signet/token'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createGuard,
  type KeySource,
  RevocationList,
  type RevocationSource,
  type RouteOptions,
} from '../src/index.ts'
import { AuthorityDouble } from './authority-double.ts'
import { EventLog } from './event-log.ts'
import { eventually } from './eventually.ts'
import { codeOf, openGuard } from './open-guard.ts'

describe('a guard', () => {
  let authority: AuthorityDouble

  beforeEach(async () => {
    authority = await AuthorityDouble.start()
  })
  afterEach(() => authority[Symbol.asyncDispose]())

  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

  it('waits a moment for its first keys instead of refusing the first request', async () => {
    using open = openGuard(authority)
    const identity = await open.guard.authenticate(bearer(authority.issue()))
    expect(identity.subject).toBe('acc_1')
    expect(open.guard.health().status).toBe('fresh')
  })

  it('takes a Fetch request as well', async () => {
    using open = openGuard(authority)
    const request = new Request('http://service.example/', bearer(authority.issue()))
    expect((await open.guard.authenticate(request)).subject).toBe('acc_1')
    const empty = new Request('http://service.example/')
    expect(await codeOf(open.guard.authenticate(empty))).toBe('credentials_missing')
    expect(await open.guard.authenticate(empty, { optional: true })).toBe(null)
  })

  it('answers 503 and never 401 while the authority was never there, and recovers alone', async () => {
    await authority.down()
    using open = openGuard(authority)
    const token = authority.issue()
    expect(open.guard.health().status).toBe('starting')
    expect(await codeOf(open.guard.verify('garbage'))).toBe('token_invalid')
    expect(await codeOf(open.guard.verify(token))).toBe('keys_unavailable')
    expect(open.guard.health().status).toBe('stale')
    const ready = open.guard.ready()
    await authority.up()
    await ready
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
  })

  it('G09 tells of an outage, and follows the policy of each route through it', async () => {
    let aheadMs = 0
    using open = openGuard(authority, { maxStalenessSeconds: 4, now: () => Date.now() + aheadMs })
    const strict: RouteOptions = { onStale: 'refuse' }
    await open.guard.ready()
    const token = authority.issue()
    expect(await codeOf(open.guard.verify(token, strict))).toBe('accepted')
    await open.events.reached('fresh', 1)

    await authority.down()
    aheadMs = 5_000
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
    expect(await codeOf(open.guard.verify(token, strict))).toBe('revocation_stale')
    expect(await codeOf(open.guard.verify('garbage', strict))).toBe('token_invalid')
    await open.events.reached('stale', 1)
    expect(open.guard.health()).toMatchObject({
      status: 'stale',
      issuers: [{ status: 'stale', connected: false, keys: { count: 1 } }],
    })
    aheadMs = 1_000_000
    expect(await codeOf(open.guard.verify(token))).toBe('token_expired')

    aheadMs = 5_000
    await authority.up()
    await open.events.reached('fresh', 2)
    expect(await codeOf(open.guard.verify(token, strict))).toBe('accepted')
  })

  it.each([-3_600_000, 3_600_000])(
    'G10 lets tokens expire by the time of their issuer, with a clock of its own that is wrong by %i ms',
    async (aheadMs) => {
      using open = openGuard(authority, { now: () => Date.now() + aheadMs })
      await open.guard.ready()
      const iat = Math.floor(Date.now() / 1000)
      const over = authority.issue({ iat: iat - 911 })
      expect(await codeOf(open.guard.verify(over))).toBe('token_expired')
      expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
    },
  )

  it('G10 refuses for a moment what it cannot date, when its clock goes forward, and none when it goes back', async () => {
    let aheadMs = 0
    using open = openGuard(authority, { now: () => Date.now() + aheadMs })
    await open.guard.ready()
    const token = authority.issue()
    aheadMs = -3_600_000
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
    aheadMs = 3_600_000
    expect(await codeOf(open.guard.verify(token))).toBe('token_expired')
    await eventually(async () => (await codeOf(open.guard.verify(token))) === 'accepted')
  })

  it('never accepts a revoked token again, also while the feed is away', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    const token = authority.issue()
    expect(await codeOf(open.guard.verify(token))).toBe('accepted')
    authority.revoke({ id: 'ses_1' })
    await eventually(async () => (await codeOf(open.guard.verify(token))) === 'token_revoked')
    await authority.down()
    await open.events.reached('feed_disconnected', 1)
    expect(await codeOf(open.guard.verify(token))).toBe('token_revoked')
  })

  it('kills the versions below, a client up to a time, a single token, and a key', async () => {
    using open = openGuard(authority)
    await open.guard.ready()
    const iat = Math.floor(Date.now() / 1000)
    authority.revoke(
      { id: 'ses_1', below: 2 },
      { kind: 'client', id: 'machine', before: iat - 10 },
      { kind: 'token', id: 'jti_dead' },
    )
    await eventually(() => open.guard.health().issuers[0]?.revocations === 3)
    const verdict = (claims: Record<string, unknown>) =>
      codeOf(open.guard.verify(authority.issue(claims)))
    expect(await verdict({ ver: 1 })).toBe('token_revoked')
    expect(await verdict({ ver: 2 })).toBe('accepted')
    const client = { client_id: 'machine', sid: undefined, ver: undefined }
    expect(await verdict({ ...client, iat: iat - 10 })).toBe('token_revoked')
    expect(await verdict({ ...client, iat: iat - 9 })).toBe('accepted')
    expect(await verdict({ jti: 'jti_dead', sid: 'ses_2' })).toBe('token_revoked')

    const kid = authority.keys[0]?.kid ?? ''
    authority.revoke({ kind: 'key', id: kid, expiresAt: null })
    await eventually(async () => (await verdict({ ver: 2 })) === 'token_revoked')
  })

  it('A09 accepts no algorithm that its policy does not name', async () => {
    using open = openGuard(authority, { algorithms: ['ES384', 'RS256'] })
    await open.guard.ready()
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('token_invalid')
    expect(open.events.all.at(-1)).toMatchObject({ reason: 'algorithm_mismatch' })
  })

  it('F01 F02 remembers no verdict, only that the signature was good', async () => {
    let aheadMs = 0
    using open = openGuard(authority, { now: () => Date.now() + aheadMs })
    await open.guard.ready()
    const admin: RouteOptions = { roles: { any: ['admin'] } }
    const token = authority.issue()
    const verdicts = async (options?: RouteOptions) => [
      await codeOf(open.guard.verify(token, options)),
      await codeOf(open.guard.verify(token, options)),
    ]
    expect(await verdicts()).toEqual(['accepted', 'accepted'])
    expect(await verdicts(admin)).toEqual(['role_insufficient', 'role_insufficient'])
    aheadMs = 1_000_000
    expect(await verdicts()).toEqual(['token_expired', 'token_expired'])
    aheadMs = 0
    expect(await verdicts()).toEqual(['accepted', 'accepted'])
    const old = authority.keys
    authority.keys = [await generateKey('ES256')]
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 2)
    expect(await verdicts()).toEqual(['token_invalid', 'token_invalid'])
    authority.keys = old
    authority.announceKeys()
    await open.events.reached('keys_refreshed', 4)
    expect(await verdicts()).toEqual(['accepted', 'accepted'])
    authority.revoke({ id: 'ses_1' })
    await eventually(() => open.guard.health().issuers[0]?.revocations === 1)
    expect(await verdicts()).toEqual(['token_revoked', 'token_revoked'])
  })

  it('B09 never uses the key of one issuer for a token of another', async () => {
    await using other = await AuthorityDouble.start()
    other.audience = authority.audience
    const events = new EventLog()
    const guard = createGuard({
      issuers: [authority, other].map(({ issuer, audience }) => ({ issuer, audience })),
      onEvent: events.onEvent,
    })
    await guard.ready()
    expect((await guard.verify(authority.issue())).issuer).toBe(authority.issuer)
    expect((await guard.verify(other.issue())).issuer).toBe(other.issuer)

    const [otherKey] = other.keys
    if (otherKey === undefined) throw new Error('no key')
    expect(await codeOf(guard.verify(authority.issue({}, { key: otherKey })))).toBe('token_invalid')
    // With the other's key under our key id, its signature is judged by our key.
    const disguised = importJwk({
      ...exportPrivateJwk(otherKey),
      kid: authority.keys[0]?.kid,
    })
    expect(await codeOf(guard.verify(authority.issue({}, { key: disguised })))).toBe(
      'token_invalid',
    )
    expect(events.all.at(-1)).toMatchObject({ reason: 'signature_invalid' })

    // A session id that both issuers know is ended by one for its own tokens alone.
    other.revoke({ id: 'ses_1' })
    await eventually(async () => (await codeOf(guard.verify(other.issue()))) === 'token_revoked')
    expect(await codeOf(guard.verify(authority.issue()))).toBe('accepted')
    guard.close()
  })

  it('B07 asks nobody about an issuer that is not configured', async () => {
    await using stranger = await AuthorityDouble.start()
    await using other = await AuthorityDouble.start()
    const { audience } = authority
    const guard = createGuard({
      issuers: [
        { issuer: authority.issuer, audience },
        { issuer: other.issuer, audience },
      ],
    })
    await guard.ready()
    expect(await codeOf(guard.verify(stranger.issue({}, { audience })))).toBe('token_invalid')
    expect(stranger.hits('/.well-known/jwks.json')).toBe(0)
    expect(stranger.hits('/.well-known/openid-configuration')).toBe(0)
    guard.close()
  })

  it('verifies with a shared secret where one is handed over, and asks nobody', async () => {
    const key = secretKey(Buffer.alloc(32, 'f00d'), { algorithm: 'HS256' })
    const guard = createGuard({
      issuer: 'team',
      audience: 'service',
      keys: key,
      revocation: 'none',
      tokenType: 'JWT',
    })
    const token = sign({ sub: 'acc_1' }, key, {
      issuer: 'team',
      audience: 'service',
      expiresIn: '5m',
    })
    await guard.ready()
    expect((await guard.verify(token)).subject).toBe('acc_1')
    expect(guard.health()).toMatchObject({
      status: 'fresh',
      issuers: [{ stalenessMs: null, revocations: null, keys: { count: 1 } }],
    })
    expect(() => guard.route({ onStale: 'refuse' })).toThrow(/needs a revocation feed/)
    guard.close()
  })

  it('refuses misspelt route options before any request', () => {
    using open = openGuard(authority)
    const options = { role: { any: ['admin'] } } as RouteOptions
    expect(() => open.guard.route(options)).toThrow(TypeError)
  })

  it('accepts nothing once closed, and ends what waits for it', async () => {
    const { guard } = openGuard(authority)
    await guard.ready()
    guard.close()
    expect(await codeOf(guard.verify(authority.issue()))).toBe('keys_unavailable')
    expect(guard.health().status).toBe('closed')
    await eventually(() => authority.openStreams === 0)

    await authority.down()
    const { guard: never } = openGuard(authority)
    const ready = never.ready()
    never.close()
    expect(await codeOf(ready)).toBe('guard_closed')
  })

  it('ends a fetch that is under way when closed', async () => {
    let isAsked = false
    let isEnded = false
    authority.overrides.set('/.well-known/jwks.json', (_request, response) => {
      isAsked = true
      response.on('close', () => {
        isEnded = true
      })
    })
    using open = openGuard(authority, { revocation: 'none' })
    await eventually(() => isAsked)
    open.guard.close()
    // The fetch's own limit is 5 s; the limit of this test is shorter.
    await eventually(() => isEnded)
  }, 4_000)

  it('counts what it judged and what it knows, for Prometheus', async () => {
    using open = openGuard(authority)
    const figure = (series: string) =>
      open.guard
        .metrics()
        .split('\n')
        .find((line) => line.startsWith(`signet_guard_${series} `))
        ?.split(' ')[1]
    const issuer = `{issuer="${authority.issuer}"}`
    expect(figure(`staleness_seconds${issuer}`)).toBe('+Inf')
    await open.guard.ready()
    await open.guard.verify(authority.issue())
    await open.guard.verify(authority.issue())
    await codeOf(open.guard.verify('garbage'))
    authority.revoke({ id: 'ses_9' })
    await eventually(() => figure(`revocations${issuer}`) === '1')
    expect(figure('requests_total{result="accepted"}')).toBe('2')
    expect(figure('requests_total{result="token_invalid"}')).toBe('1')
    expect(figure('requests_total{result="token_revoked"}')).toBe('0')
    expect(figure('events_total{type="feed_connected"}')).toBe('1')
    expect(figure(`feed_connected${issuer}`)).toBe('1')
    expect(figure(`fresh${issuer}`)).toBe('1')
    expect(Number(figure(`staleness_seconds${issuer}`))).toBeLessThan(10)
    expect(Number(figure(`keys_age_seconds${issuer}`))).toBeLessThan(60)
    await authority.down()
    await open.events.reached('feed_disconnected', 1)
    expect(figure(`feed_connected${issuer}`)).toBe('0')
  })

  it('survives an observer that throws, and counts what it lost', async () => {
    using open = openGuard(authority, {
      onEvent: () => {
        throw new Error('the logger is broken')
      },
    })
    await open.guard.ready()
    expect(await codeOf(open.guard.verify('garbage'))).toBe('token_invalid')
    expect(await codeOf(open.guard.verify(authority.issue()))).toBe('accepted')
    expect(open.guard.health().eventsLost).toBeGreaterThan(0)
  })
})

describe("sources of the caller's own", () => {
  const options = { issuer: 'here', audience: 'here' }

  async function createSources() {
    const key = await generateKey('ES256')
    const list = new RevocationList()
    const state: { keySet: KeySet | null; stalenessMs: number; isBroken: boolean; closed: number } =
      { keySet: createKeySet([key]), stalenessMs: 0, isBroken: false, closed: 0 }
    const keys: KeySource = {
      keySet() {
        if (state.keySet === null) throw new Error('database is away')
        return state.keySet
      },
      ready: async () => {},
      refresh: async () => {},
      close: () => {
        state.closed += 1
      },
      health: () => ({ count: 1, fetchedAt: null, lastError: null }),
    }
    const revocation: RevocationSource = {
      isRevoked(subject) {
        if (state.isBroken) throw new Error('database is away')
        return list.isRevoked(subject)
      },
      stalenessMs: () => state.stalenessMs,
      ready: async () => {},
      close: () => {
        state.closed += 1
      },
      health: () => ({ connected: true, cursor: 'e1.0', size: list.size, lastError: null }),
    }
    const issue = () =>
      sign({ sub: 'acc_1', client_id: 'signet', sid: 'ses_1', ver: 1, jti: 'j' }, key, {
        issuer: 'here',
        audience: 'here',
        expiresIn: '15m',
        type: 'at+jwt',
      })
    return { key, list, state, issue, guard: createGuard({ ...options, keys, revocation }) }
  }

  it('are asked instead of the network, and left open for their owner to close', async () => {
    const { guard, issue, list, state } = await createSources()
    await guard.ready()
    const token = issue()
    expect(await codeOf(guard.verify(token, { onStale: 'refuse' }))).toBe('accepted')
    state.stalenessMs = 10_001
    expect(await codeOf(guard.verify(token, { onStale: 'refuse' }))).toBe('revocation_stale')
    expect(await codeOf(guard.verify(token))).toBe('accepted')
    list.apply([{ kind: 'session', id: 'ses_1', expiresAt: null }])
    expect(await codeOf(guard.verify(token, { onStale: 'refuse' }))).toBe('token_revoked')
    guard.close()
    expect(state.closed).toBe(0)
  })

  it('H13 that fail are an outage of ours: 503, never accepted and never 401', async () => {
    const { guard, issue, state } = await createSources()
    const token = issue()
    state.isBroken = true
    expect(await codeOf(guard.verify(token))).toBe('revocation_stale')
    state.isBroken = false
    state.keySet = null
    expect(await codeOf(guard.verify(token))).toBe('keys_unavailable')
    guard.close()
  })

  it('with a version are asked about a token again when that is another one, and only then', async () => {
    const { key, list, issue } = await createSources()
    let asked = 0
    let version: () => number = () => list.version
    const revocation: RevocationSource = {
      isRevoked(subject) {
        asked += 1
        return list.isRevoked(subject)
      },
      version: () => version(),
      stalenessMs: () => 0,
      ready: async () => {},
      close: () => {},
      health: () => ({ connected: true, cursor: null, size: list.size, lastError: null }),
    }
    const guard = createGuard({ ...options, keys: key, revocation })
    const token = issue()
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await codeOf(guard.verify(token))).toBe('accepted')
    }
    expect(asked).toBe(1)
    list.apply([{ kind: 'session', id: 'ses_2', expiresAt: null }])
    expect(await codeOf(guard.verify(token))).toBe('accepted')
    expect(await codeOf(guard.verify(token))).toBe('accepted')
    expect(asked).toBe(2)
    list.apply([{ kind: 'session', id: 'ses_1', expiresAt: null }])
    expect(await codeOf(guard.verify(token))).toBe('token_revoked')
    expect(await codeOf(guard.verify(token))).toBe('token_revoked')
    expect(asked).toBe(4)
    version = () => {
      throw new Error('database is away')
    }
    expect(await codeOf(guard.verify(token))).toBe('revocation_stale')
    guard.close()
  })

  it.each([null, true, '', Number.NaN, Number.POSITIVE_INFINITY])(
    'with a version of %s, which is no number, are asked each time',
    async (version) => {
      const { key, issue } = await createSources()
      let isRevoked = false
      const guard = createGuard({
        ...options,
        keys: key,
        revocation: {
          isRevoked: () => isRevoked,
          version: () => version as number,
          stalenessMs: () => 0,
          ready: async () => {},
          close: () => {},
          health: () => ({ connected: true, cursor: null, size: 0, lastError: null }),
        },
      })
      const token = issue()
      expect(await codeOf(guard.verify(token))).toBe('accepted')
      isRevoked = true
      expect(await codeOf(guard.verify(token))).toBe('token_revoked')
      guard.close()
    },
  )

  it('know the key of a token that names none', async () => {
    const { key, list } = await createSources()
    const { kid: _, ...unnamed } = exportJwk(key)
    const guard = createGuard({
      ...options,
      keys: importJwk({ ...unnamed, kid: 'the only one' }),
      revocation: {
        isRevoked: (subject) => list.isRevoked(subject),
        stalenessMs: () => 0,
        ready: async () => {},
        close: () => {},
        health: () => ({ connected: true, cursor: null, size: 0, lastError: null }),
      },
    })
    const { kid: __, ...anonymous } = exportPrivateJwk(key) as { kid?: string }
    const token = sign({ sub: 'a', client_id: 'c', jti: 'j' }, importJwk(anonymous), {
      issuer: 'here',
      audience: 'here',
      expiresIn: 60,
      type: 'at+jwt',
    })
    expect(await codeOf(guard.verify(token))).toBe('accepted')
    list.apply([{ kind: 'key', id: 'the only one', expiresAt: null }])
    expect(await codeOf(guard.verify(token))).toBe('token_revoked')
    guard.close()
  })
})
