import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Guard, IdentityEnd, RouteOptions } from '../src/index.ts'
import { AuthorityDouble } from './authority-double.ts'
import { eventually } from './eventually.ts'
import { openGuard } from './open-guard.ts'

const STREAM = '/revocations/stream'
const CREDENTIALS = { clientId: 'cli_1', clientSecret: 'cs_secret' }

describe('identity.onRevoked', () => {
  let authority: AuthorityDouble

  beforeEach(async () => {
    authority = await AuthorityDouble.start()
    authority.client = { id: 'cli_1', secret: 'cs_secret' }
  })
  afterEach(() => authority[Symbol.asyncDispose]())

  const open = (options: Record<string, unknown> = {}) =>
    openGuard(authority, { credentials: CREDENTIALS, ...options })

  /** Identities of these claims, and what each was told. */
  async function watch(
    guard: Guard,
    claims: Record<string, unknown> = {},
    route: RouteOptions = {},
  ) {
    const token = authority.issue(claims)
    const identity = await guard.verify(token, route)
    const told: IdentityEnd[] = []
    const stop = identity.onRevoked((end) => told.push(end))
    return { identity, token, told, stop }
  }

  const watched = (guard: Guard) => guard.health().issuers[0]?.watched

  it('G01 calls back once when the session ends, and for that session alone', async () => {
    using it = open()
    await it.guard.ready()
    const ended = await watch(it.guard, { sid: 'ses_1' })
    const other = await watch(it.guard, { sid: 'ses_2', jti: 'other' })
    authority.revoke({ id: 'ses_1' })
    await eventually(() => ended.told.length > 0)
    authority.revoke({ id: 'ses_1' }, { kind: 'token', id: 'jti_1' })
    authority.revoke({ id: 'ses_marker' })
    await eventually(() => it.guard.health().issuers[0]?.revocations === 3)
    expect(ended.told).toEqual(['token_revoked'])
    expect(other.told).toEqual([])
    expect(watched(it.guard)).toBe(1)
  })

  it.each([
    ['its own end', { kind: 'token', id: 'jti_1' }],
    ['the end of all of its client', { kind: 'client', id: 'signet' }],
    ['a version below which it is', { kind: 'session', id: 'ses_1', below: 2 }],
  ] as const)('calls back for %s', async (_name, entry) => {
    using it = open()
    await it.guard.ready()
    const { told } = await watch(it.guard)
    authority.revoke(entry)
    await eventually(() => told[0] === 'token_revoked')
  })

  it('calls back for a key that was revoked', async () => {
    using it = open()
    await it.guard.ready()
    const { told } = await watch(it.guard)
    authority.revoke({ kind: 'key', id: authority.keys[0]?.kid ?? '', expiresAt: null })
    await eventually(() => told[0] === 'token_revoked')
  })

  it('lives on behind an entry that does not hit it', async () => {
    using it = open()
    await it.guard.ready()
    const { told } = await watch(it.guard, { ver: 2 })
    authority.revoke({ id: 'ses_1', below: 2 })
    await eventually(() => it.guard.health().issuers[0]?.revocations === 1)
    expect(told).toEqual([])
    expect(watched(it.guard)).toBe(1)
  })

  it('says that the token expired, tolerance included', async () => {
    using it = open({ now: () => Date.now() + authority.aheadMs })
    await it.guard.ready()
    const { told, token } = await watch(it.guard)
    authority.aheadMs = 905_000
    await it.guard.verify(token)
    expect(told).toEqual([])
    authority.aheadMs = 911_000
    await eventually(() => told[0] === 'token_expired')
    expect(watched(it.guard)).toBe(0)
  })

  it('says that the guard was closed', async () => {
    using it = open()
    await it.guard.ready()
    const { told, identity } = await watch(it.guard)
    it.guard.close()
    await eventually(() => told[0] === 'guard_closed')
    const late: IdentityEnd[] = []
    identity.onRevoked((end) => late.push(end))
    expect(late).toEqual([])
    await eventually(() => late[0] === 'guard_closed')
  })

  it('tells of an end that came before the watch began, but not before it returned', async () => {
    using it = open()
    await it.guard.ready()
    const { identity, told } = await watch(it.guard)
    authority.revoke({ id: 'ses_1' })
    await eventually(() => told.length === 1)
    const late: IdentityEnd[] = []
    const stopped: IdentityEnd[] = []
    identity.onRevoked((end) => late.push(end))
    identity.onRevoked((end) => stopped.push(end))()
    expect(late).toEqual([])
    await eventually(() => late[0] === 'token_revoked')
    expect(stopped).toEqual([])
  })

  it('forgets what was stopped', async () => {
    using it = open()
    await it.guard.ready()
    const watches = await Promise.all(
      Array.from({ length: 20 }, (_, index) => watch(it.guard, { sid: `ses_${index}` })),
    )
    expect(watched(it.guard)).toBe(20)
    for (const { stop } of watches) {
      stop()
      stop()
    }
    expect(watched(it.guard)).toBe(0)
    authority.revoke({ id: 'ses_1' })
    await eventually(() => it.guard.health().issuers[0]?.revocations === 1)
    expect(watches.flatMap(({ told }) => told)).toEqual([])
  })

  it('tells each of several watches, though one of them throws', async () => {
    using it = open()
    await it.guard.ready()
    const first = await watch(it.guard)
    const uncaught: unknown[] = []
    const listeners = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.once('uncaughtException', (error) => uncaught.push(error))
    first.identity.onRevoked(() => {
      throw new Error('the socket is gone')
    })
    const last = await watch(it.guard)
    authority.revoke({ id: 'ses_1' })
    await eventually(() => last.told.length === 1 && uncaught.length === 1)
    for (const listener of listeners) process.on('uncaughtException', listener)
    expect(first.told).toEqual(['token_revoked'])
    expect(String(uncaught)).toContain('the socket is gone')
    expect(it.guard.health().issuers[0]?.connected).toBe(true)
  })

  it('G09 ends on a stale feed where the route refuses, and stays where it accepts', async () => {
    let aheadMs = 0
    using it = open({ maxStalenessSeconds: 4, now: () => Date.now() + aheadMs })
    await it.guard.ready()
    const strict = await watch(it.guard, {}, { onStale: 'refuse' })
    const plain = await watch(it.guard)
    await authority.down()
    aheadMs = 5_000
    await eventually(() => strict.told[0] === 'revocation_stale')
    expect(plain.told).toEqual([])
  })

  it('G09 asks the authority on a stale feed where the route introspects', async () => {
    let aheadMs = 0
    using it = open({ maxStalenessSeconds: 4, now: () => Date.now() + aheadMs })
    await it.guard.ready()
    const route: RouteOptions = { onStale: 'introspect' }
    const alive = await watch(it.guard, { jti: 'a' }, route)
    const ended = await watch(it.guard, { jti: 'b' }, route)
    const plain = await watch(it.guard, { jti: 'c' })
    authority.inactive.add(ended.token).add(plain.token)
    authority.overrides.set(STREAM, (_request, response) => response.writeHead(503).end())
    authority.cutStreams()
    aheadMs = 5_000
    await eventually(() => ended.told[0] === 'token_revoked')
    expect(authority.hits('/oauth/introspect')).toBe(2)
    expect([alive.told, plain.told]).toEqual([[], []])

    authority.overrides.set('/oauth/introspect', (_request, response) =>
      response.writeHead(503).end(),
    )
    aheadMs = 10_000
    await eventually(() => alive.told[0] === 'revocation_stale')
    expect(plain.told).toEqual([])
  })

  it('is told by a source without a feed within a second', async () => {
    let isRevoked = false
    using it = open({
      credentials: undefined,
      revocation: {
        isRevoked: () => isRevoked,
        stalenessMs: () => 0,
        ready: async () => {},
        close: () => {},
        health: () => ({ connected: true, cursor: null, size: 0, lastError: null }),
      },
    })
    await it.guard.ready()
    const { told } = await watch(it.guard)
    isRevoked = true
    await eventually(() => told[0] === 'token_revoked')
  })

  it('is told of expiry alone where nothing can be revoked', async () => {
    let aheadMs = 0
    using it = open({
      credentials: undefined,
      revocation: 'none',
      now: () => Date.now() + aheadMs,
    })
    await it.guard.ready()
    const { told } = await watch(it.guard)
    aheadMs = 911_000
    await eventually(() => told[0] === 'token_expired')
  })
})
