import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuard, type Guard } from '../src/index.ts'
import { BEARER_CODES, type BearerCode } from '../src/protocol/index.ts'
import { AuthorityDouble } from './authority-double.ts'
import { EventLog } from './event-log.ts'
import { eventually } from './eventually.ts'
import { FRAMEWORKS, type Service } from './services/index.ts'

const REALM = 'realm="https://service.example"'
const INVALID = `Bearer ${REALM}, error="invalid_token", error_description=`

interface Row {
  path?: string
  headers: (authority: AuthorityDouble) => Record<string, string>
  code: BearerCode
  challenge: string | null
  reason: string
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

const REFUSALS: Record<string, Row> = {
  'no credentials': {
    headers: () => ({}),
    code: 'credentials_missing',
    challenge: `Bearer ${REALM}`,
    reason: 'credentials_missing',
  },
  'credentials of another scheme': {
    headers: () => ({ authorization: 'Basic dXNlcjpwYXNz' }),
    code: 'credentials_missing',
    challenge: `Bearer ${REALM}`,
    reason: 'credentials_missing',
  },
  'two tokens in one header': {
    headers: (authority) => bearer(`${authority.issue()}, Bearer ${authority.issue()}`),
    code: 'credentials_multiple',
    challenge: `Bearer ${REALM}, error="invalid_request", error_description="${BEARER_CODES.credentials_multiple.title}"`,
    reason: 'credentials_multiple',
  },
  'garbage for a token': {
    headers: () => bearer('garbage'),
    code: 'token_invalid',
    challenge: `${INVALID}"${BEARER_CODES.token_invalid.title}"`,
    reason: 'token_malformed',
  },
  'the scheme without a token': {
    headers: () => ({ authorization: 'Bearer' }),
    code: 'token_invalid',
    challenge: `${INVALID}"${BEARER_CODES.token_invalid.title}"`,
    reason: 'authorization_malformed',
  },
  'two spaces before the token': {
    headers: (authority) => ({ authorization: `Bearer  ${authority.issue()}` }),
    code: 'token_invalid',
    challenge: `${INVALID}"${BEARER_CODES.token_invalid.title}"`,
    reason: 'token_malformed',
  },
  'something behind the token': {
    headers: (authority) => ({ authorization: `Bearer ${authority.issue()} x` }),
    code: 'token_invalid',
    challenge: `${INVALID}"${BEARER_CODES.token_invalid.title}"`,
    reason: 'token_malformed',
  },
  'a token for somebody else': {
    headers: (authority) => bearer(authority.issue({}, { audience: 'https://other.example' })),
    code: 'token_invalid',
    challenge: `${INVALID}"${BEARER_CODES.token_invalid.title}"`,
    reason: 'audience_mismatch',
  },
  'an expired token': {
    headers: (authority) => bearer(authority.issue({ iat: Date.now() / 1000 - 1000 })),
    code: 'token_expired',
    challenge: `${INVALID}"${BEARER_CODES.token_expired.title}"`,
    reason: 'token_expired',
  },
  'a revoked token': {
    headers: (authority) => bearer(authority.issue({ sid: 'ses_ended' })),
    code: 'token_revoked',
    challenge: `${INVALID}"${BEARER_CODES.token_revoked.title}"`,
    reason: 'token_revoked',
  },
  'too few scopes': {
    path: '/scoped',
    headers: (authority) => bearer(authority.issue({ scope: 'orders:read' })),
    code: 'scope_insufficient',
    challenge: `Bearer ${REALM}, error="insufficient_scope", error_description="${BEARER_CODES.scope_insufficient.title}", scope="orders:read orders:write"`,
    reason: 'scope_insufficient',
  },
  'none of the scopes': {
    path: '/any-scope',
    headers: (authority) => bearer(authority.issue({ scope: 'profile' })),
    code: 'scope_insufficient',
    challenge: `Bearer ${REALM}, error="insufficient_scope", error_description="${BEARER_CODES.scope_insufficient.title}", scope="orders:read orders:admin"`,
    reason: 'scope_insufficient',
  },
  'no such role': {
    path: '/admin',
    headers: (authority) => bearer(authority.issue({ roles: ['customer'] })),
    code: 'role_insufficient',
    challenge: `Bearer ${REALM}, error="insufficient_scope", error_description="${BEARER_CODES.role_insufficient.title}"`,
    reason: 'role_insufficient',
  },
  'a bad token where none is needed': {
    path: '/optional',
    headers: () => bearer('garbage'),
    code: 'token_invalid',
    challenge: `${INVALID}"${BEARER_CODES.token_invalid.title}"`,
    reason: 'token_malformed',
  },
}

describe.each(Object.entries(FRAMEWORKS))('%s', (_name, start) => {
  const events = new EventLog()
  let authority: AuthorityDouble
  let guard: Guard
  let service: Service

  beforeAll(async () => {
    authority = await AuthorityDouble.start()
    authority.revoke({ kind: 'session', id: 'ses_ended' })
    guard = createGuard({
      issuer: authority.issuer,
      audience: authority.audience,
      onEvent: events.onEvent,
    })
    await guard.ready()
    service = await start(guard)
  })

  afterAll(async () => {
    guard.close()
    await service[Symbol.asyncDispose]()
    await authority[Symbol.asyncDispose]()
  })

  it.each(Object.entries(REFUSALS))('refuses %s', async (_case, row) => {
    const before = service.handled
    const response = await fetch(service.url + (row.path ?? '/plain'), {
      headers: row.headers(authority),
    })
    const { status, title } = BEARER_CODES[row.code]
    expect(response.status).toBe(status)
    expect(response.headers.get('www-authenticate')).toBe(row.challenge)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual({ code: row.code, title, status })
    expect(events.all.findLast(({ type }) => type === 'refused')).toEqual({
      type: 'refused',
      code: row.code,
      reason: row.reason,
    })
    expect(service.handled).toBe(before)
  })

  it('hands the identity to the handler, without the token', async () => {
    const token = authority.issue({ scope: 'orders:read orders:write', roles: ['admin'] })
    for (const path of ['/plain', '/scoped', '/any-scope', '/admin', '/strict', '/optional']) {
      const response = await fetch(service.url + path, { headers: bearer(token) })
      expect([path, response.status]).toEqual([path, 200])
      const text = await response.text()
      expect(text).not.toContain(token)
      expect(JSON.parse(text)).toMatchObject({
        subject: 'acc_1',
        sessionId: 'ses_1',
        clientId: 'signet',
        scopes: ['orders:read', 'orders:write'],
        roles: ['admin'],
        issuer: authority.issuer,
      })
    }
  })

  it('takes the scheme in any letter case', async () => {
    const headers = { authorization: `bEARER ${authority.issue()}` }
    expect((await fetch(`${service.url}/plain`, { headers })).status).toBe(200)
  })

  it('lets a request without credentials through an optional route, without an identity', async () => {
    const response = await fetch(`${service.url}/optional`)
    expect([response.status, await response.json()]).toEqual([200, null])
  })

  it('keeps the parameters of a route', async () => {
    const response = await fetch(`${service.url}/items/7`, { headers: bearer(authority.issue()) })
    expect(await response.json()).toEqual({ id: '7', subject: 'acc_1' })
  })

  it('protects a whole area at once', async () => {
    const url = `${service.url}/area/inner`
    expect((await fetch(url)).status).toBe(401)
    const response = await fetch(url, { headers: bearer(authority.issue()) })
    expect(await response.json()).toMatchObject({ subject: 'acc_1' })
  })

  it('fails where a handler asks for an identity that no guard put there', async () => {
    expect((await fetch(`${service.url}/unprotected`)).status).toBe(500)
  })

  it('leaves what a handler throws to the framework, even an error of a guard', async () => {
    const headers = bearer(authority.issue())
    const response = await fetch(`${service.url}/failing`, { headers })
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([500, null])
    expect((await fetch(`${service.url}/failing`)).status).toBe(401)
  })

  it('answers HEAD and OPTIONS as it answers GET', async () => {
    for (const method of ['HEAD', 'OPTIONS']) {
      const refused = await fetch(`${service.url}/plain`, { method })
      const { status } = BEARER_CODES.credentials_missing
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        status,
        `Bearer ${REALM}`,
      ])
      const headers = bearer(authority.issue())
      expect((await fetch(`${service.url}/plain`, { method, headers })).status).toBe(200)
    }
  })

  it('answers 503 on a route that insists while revocations are stale, and 401 still first', async () => {
    authority.isSilent = true
    let ahead = 0
    const late = createGuard({
      issuer: authority.issuer,
      audience: authority.audience,
      maxStalenessSeconds: 5,
      now: () => Date.now() + ahead,
    })
    await using lateService = await start(late)
    authority.isSilent = false
    await late.ready()
    authority.isSilent = true
    ahead = 6_000
    const ask = (path: string, token: string) =>
      fetch(lateService.url + path, { headers: bearer(token) })
    await eventually(async () => late.health().status === 'stale')

    const refused = await ask('/strict', authority.issue())
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(refused.headers.get('www-authenticate')).toBe(null)
    expect(refused.headers.get('cache-control')).toBe('no-store')
    expect(await refused.json()).toMatchObject({ code: 'revocation_stale' })
    expect((await ask('/plain', authority.issue())).status).toBe(200)
    expect((await ask('/strict', 'garbage')).status).toBe(401)
    expect((await ask('/strict', authority.issue({ sid: 'ses_ended' }))).status).toBe(401)
    late.close()
    authority.isSilent = false
  })
})
