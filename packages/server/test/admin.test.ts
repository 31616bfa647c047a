import {
  type AuthorityClient,
  databases,
  FakeClock,
  type StartedAuthority,
  startAuthority,
  startService,
  type TestDatabase,
  type TokenAnswer,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'
const SERVICE = 'https://orders.example.com'

interface AccountAnswer {
  id: string
  email: string
  roles: string[]
  scopes: string[]
  disabledAt: number | null
}

interface Entry {
  sequence: number
  type: string
  result: string
  actor: string | null
  accountId: string | null
  sessionId: string | null
  address: string | null
  detail: Record<string, unknown> | null
}

describe.each(databases)('the administration on $name', ({ open }) => {
  const clock = new FakeClock()
  let database: TestDatabase
  let authority: StartedAuthority
  let client: AuthorityClient
  let admin: TokenAnswer
  let people = 0

  beforeAll(async () => {
    database = await open()
    const settings = { ...database.settings, SIGNET_AUDIENCE: SERVICE }
    authority = await startAuthority({ clock, settings })
    client = authority.client
    const { id } = await signUp('admin@example.com')
    await database.query(`insert into roles values ('admin', '', 1)`)
    await database.query(`insert into account_roles values ('${id}', 'admin')`)
    admin = await login('admin@example.com')
  })

  afterAll(async () => {
    await authority[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })

  async function signUp(email = `person-${people++}@example.com`) {
    const { status, body } = await client.signup(email, PASSWORD)
    expect(status).toBe(201)
    return { id: body.user?.id ?? '', email }
  }

  async function login(email: string, audience = authority.config.issuer) {
    const { status, body } = await client.call<TokenAnswer>('/login', {
      body: { email, password: PASSWORD, audience },
    })
    expect(status).toBe(200)
    return body
  }

  function ask<T = Record<string, unknown>>(
    path: string,
    options: { method?: string; body?: unknown; token?: string } = {},
  ) {
    return client.call<T>(path, { token: admin.accessToken, ...options })
  }

  const post = (path: string, body?: unknown) => ask<AccountAnswer>(path, { method: 'POST', body })
  const claimsOf = ({ accessToken }: TokenAnswer) => decode(accessToken).claims
  const entries = async (query = 'last=50') =>
    (await ask<{ entries: Entry[] }>(`/admin/audit?${query}`)).body.entries

  const CALLS: [string, string, unknown?][] = [
    ['GET', '/admin/accounts'],
    ['POST', '/admin/accounts', { email: 'x@example.com', password: PASSWORD }],
    ['GET', '/admin/accounts/acc_x'],
    ['POST', '/admin/accounts/acc_x/roles', { add: ['admin'] }],
    ['POST', '/admin/accounts/acc_x/disable'],
    ['POST', '/admin/accounts/acc_x/enable'],
    ['DELETE', '/admin/accounts/acc_x/sessions'],
    ['GET', '/admin/roles'],
    ['PUT', '/admin/roles/admin', { scopes: ['all'] }],
    ['DELETE', '/admin/roles/admin'],
    ['GET', '/admin/sessions'],
    ['DELETE', '/admin/sessions/ses_x'],
    ['POST', '/admin/sessions/end', { ids: ['ses_x'] }],
    ['GET', '/admin/clients'],
    ['POST', '/admin/clients', { name: 'x' }],
    ['GET', '/admin/clients/cli_x'],
    ['POST', '/admin/clients/cli_x', { name: 'x' }],
    ['DELETE', '/admin/clients/cli_x'],
    ['POST', '/admin/clients/cli_x/disable'],
    ['POST', '/admin/clients/cli_x/enable'],
    ['POST', '/admin/clients/cli_x/secret', { former: 'revoke' }],
    ['DELETE', '/admin/clients/cli_x/former-secret'],
    ['DELETE', '/admin/clients/cli_x/tokens'],
    ['DELETE', '/admin/tokens/x'],
    ['POST', '/admin/tokens/end', { token: 'x' }],
    ['GET', '/admin/audit'],
    ['GET', '/admin/audit/verify'],
    ['GET', '/admin/keys'],
    ['POST', '/admin/keys', { jwk: {} }],
    ['POST', '/admin/keys/rotate'],
    ['POST', '/admin/keys/x/revoke'],
  ]

  test.each(CALLS)('K12 %s %s is for administrators only', async (method, path, body) => {
    const { email } = await signUp()
    const call = (token?: string) =>
      client.call(path, {
        method,
        ...(token === undefined ? {} : { token }),
        ...(body === undefined ? {} : { body }),
      })
    const nobody = await call()
    expect([nobody.status, nobody.body['code']]).toEqual([401, 'credentials_missing'])
    const somebody = await call((await login(email)).accessToken)
    expect([somebody.status, somebody.body['code']]).toEqual([403, 'role_insufficient'])
    // An administrator's token that services have seen opens nothing here.
    const { accessToken } = await login('admin@example.com', SERVICE)
    const service = await call(accessToken)
    expect([service.status, service.body['code']]).toEqual([401, 'token_invalid'])
    const [made] = await database.query(
      `select count(*) as count from accounts where email = 'x@example.com'`,
    )
    expect(Number(made?.['count'])).toBe(0)
  })

  test('G01 who is no administrator any more is refused from the next call on', async () => {
    const { id, email } = await signUp()
    await post(`/admin/accounts/${id}/roles`, { add: ['admin'] })
    const token = (await login(email)).accessToken
    expect((await ask('/admin/roles', { token })).status).toBe(200)
    await database.query(`delete from account_roles where account_id = '${id}'`)
    expect((await ask('/admin/roles', { token })).status).toBe(403)
  })

  test('accounts are made with roles, found by address and listed in pages', async () => {
    const made = await post('/admin/accounts', {
      email: 'New.Person@Example.com',
      password: PASSWORD,
      roles: ['reader'],
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ email: 'new.person@example.com', roles: ['reader'] })
    const found = await ask<{ accounts: AccountAnswer[] }>(
      '/admin/accounts?email=NEW.person@example.com',
    )
    expect(found.body.accounts.map(({ id }) => id)).toEqual([made.body.id])
    const ids: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const query: string = after === '' ? 'limit=3' : `limit=3&after=${after}`
      const page = await ask<{ accounts: AccountAnswer[]; next: string | null }>(
        `/admin/accounts?${query}`,
      )
      ids.push(...page.body.accounts.map(({ id }) => id))
      after = page.body.next
    }
    const [count] = await database.query('select count(*) as count from accounts')
    expect(new Set(ids).size).toBe(Number(count?.['count']))
    expect(ids).toHaveLength(new Set(ids).size)
  })

  test('G01 a change of roles: old tokens die within the feed’s figure, the session lives on', async () => {
    const { issuer } = authority.config
    await using service = await startService({ issuer, audience: SERVICE })
    await service.guard.ready()
    const { id, email } = await signUp()
    const before = await login(email, SERVICE)
    expect(await service.statusOf(before.accessToken)).toBe(200)
    const changed = await post(`/admin/accounts/${id}/roles`, { add: ['auditor'] })
    expect(changed.body.roles).toEqual(['auditor'])
    await waitUntil('the service refuses the old roles', async () => {
      return (await service.statusOf(before.accessToken)) === 401
    })
    const { status, body: next } = await client.refresh(before.refreshToken)
    expect([status, claimsOf(next)['roles']]).toEqual([200, ['auditor']])
    expect(await service.statusOf(next.accessToken)).toBe(200)
    expect(claimsOf(next)['sid']).toBe(claimsOf(before)['sid'])
  })

  test('scopes of a role reach the tokens of those who have it; a role in use stays', async () => {
    const { id, email } = await signUp()
    await post(`/admin/accounts/${id}/roles`, { add: ['clerk'] })
    const before = await login(email)
    const scopes = ['orders:write', 'orders:read', 'orders:read']
    const set = await ask('/admin/roles/clerk', { method: 'PUT', body: { scopes } })
    expect([set.status, set.body['accounts']]).toEqual([200, 1])
    expect((await client.profile(before.accessToken)).status).toBe(401)
    const { body: next } = await client.refresh(before.refreshToken)
    expect(claimsOf(next)['scope']).toBe('orders:read orders:write')
    const inUse = await ask('/admin/roles/clerk', { method: 'DELETE' })
    expect([inUse.status, inUse.body['code']]).toEqual([409, 'role_in_use'])
    await post(`/admin/accounts/${id}/roles`, { remove: ['clerk'] })
    expect((await ask('/admin/roles/clerk', { method: 'DELETE' })).status).toBe(204)
    expect((await ask('/admin/roles/clerk', { method: 'DELETE' })).status).toBe(404)
  })

  test('G01 disabling ends every session and every login, and enabling lets people in again', async () => {
    const { id, email } = await signUp()
    const [first, second] = [await login(email), await login(email)]
    const disabled = await post(`/admin/accounts/${id}/disable`)
    expect(disabled.body.disabledAt).not.toBeNull()
    for (const { accessToken, refreshToken } of [first, second]) {
      expect((await client.profile(accessToken)).status).toBe(401)
      expect((await client.refresh(refreshToken)).status).toBe(401)
    }
    const refused = await client.login(email, PASSWORD)
    expect([refused.status, refused.body]).toMatchObject([401, { code: 'credentials_wrong' }])
    expect((await post(`/admin/accounts/${id}/enable`)).body.disabledAt).toBeNull()
    expect((await client.refresh(first.refreshToken)).status).toBe(401)
    await login(email)
  })

  test('sessions are found by account and by address, and ended one, some or all', async () => {
    const { id, email } = await signUp()
    const tokens = [await login(email), await login(email), await login(email)]
    const [one, two, three] = tokens.map((pair) => String(claimsOf(pair)['sid']))
    const list = async (query: string) => {
      const page = await ask<{ sessions: { id: string; accountId: string }[] }>(
        `/admin/sessions?${query}`,
      )
      return page.body.sessions
    }
    const own = await list(`account=${id}`)
    expect(own).toHaveLength(4)
    expect(own.every(({ accountId }) => accountId === id)).toBe(true)
    const near = await list('address=127.0.0.1&limit=1000')
    expect(near.map((session) => session.id)).toEqual(expect.arrayContaining([one, two, three]))
    expect(await list('address=192.0.2.1')).toEqual([])
    expect((await ask(`/admin/sessions/${one}`, { method: 'DELETE' })).status).toBe(204)
    expect((await post('/admin/sessions/end', { ids: [two, 'ses_nobody'] })).status).toBe(204)
    expect((await list(`account=${id}`)).map((session) => session.id)).toContain(three)
    const all = await ask(`/admin/accounts/${id}/sessions`, { method: 'DELETE' })
    expect(all.body).toEqual({ ended: 2 })
    for (const { accessToken } of tokens)
      expect((await client.profile(accessToken)).status).toBe(401)
  })

  test('every one of these is in the audit log, with who, whom, from where and how it ended', async () => {
    const { id, email } = await signUp()
    await client.login(email, 'not the password')
    await client.login('nobody@example.com', 'not the password')
    const session = await login(email)
    await client.logout(session.accessToken)
    await post(`/admin/accounts/${id}/disable`)
    const sid = claimsOf(session)['sid']
    const about = await entries(`last=50&account=${id}`)
    const by = { address: '127.0.0.1', accountId: id }
    expect(about).toMatchObject([
      { type: 'account_created', result: 'done', actor: id, ...by },
      { type: 'session_opened', result: 'done', actor: id, ...by },
      { type: 'login_refused', result: 'refused', actor: null, ...by },
      { type: 'session_opened', result: 'done', actor: id, sessionId: sid, ...by },
      { type: 'session_ended', actor: id, sessionId: sid, detail: { reason: 'logout' }, ...by },
      {
        type: 'session_ended',
        actor: admin.user?.id,
        detail: { reason: 'account_disabled' },
        ...by,
      },
      { type: 'account_disabled', result: 'done', actor: admin.user?.id, ...by },
    ])
    const unknown = (await entries()).find(
      ({ type, accountId }) => type === 'login_refused' && accountId === null,
    )
    expect(unknown).toMatchObject({ actor: null, address: '127.0.0.1' })
    expect(JSON.stringify(await entries('limit=1000'))).not.toMatch(
      /@example|horse battery|eyJ[\w-]+\.eyJ|rt_[\w-]{70}/,
    )
  })

  test('the audit log can be followed page by page, and proves itself', async () => {
    const first = await ask<{ entries: Entry[]; next: string }>('/admin/audit?limit=3')
    expect(first.body.entries.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    const second = await ask<{ entries: Entry[] }>(`/admin/audit?limit=3&after=${first.body.next}`)
    expect(second.body.entries.map(({ sequence }) => sequence)).toEqual([4, 5, 6])
    const { head } = (await ask<{ head: number }>('/admin/audit?last=1')).body
    const behind = await ask<{ entries: Entry[]; next: null }>(`/admin/audit?after=${head}`)
    expect(behind.body).toEqual({ entries: [], next: null, head })
    const report = await ask<{ rows: number; faults: unknown[] }>('/admin/audit/verify')
    expect(report.body.faults).toEqual([])
    await database.query(`update audit set actor = 'acc_other' where sequence = 4`)
    const found = await ask<{ faults: unknown[] }>('/admin/audit/verify')
    expect(found.body.faults).toEqual([{ sequence: 4, fault: 'changed' }])
  })

  test('what is counted is what happened', async () => {
    const read = async () => {
      const text = await (await fetch(`${authority.url}/metrics`)).text()
      return (series: string) => Number(new RegExp(`^${series} (\\d+)`, 'm').exec(text)?.[1])
    }
    const before = await read()
    const { email } = await signUp()
    const session = await login(email)
    await client.login(email, 'not the password')
    const { body: next } = await client.refresh(session.refreshToken)
    await client.refresh(session.refreshToken)
    await client.refresh('rt_nonsense')
    await client.logout(next.accessToken)
    const after = await read()
    const grown = (series: string) => after(series) - before(series)
    expect({
      logins: grown('signet_logins_total{result="done"}'),
      refused: grown('signet_logins_total{result="refused"}'),
      rotated: grown('signet_refreshes_total{outcome="rotated"}'),
      repeated: grown('signet_refreshes_total{outcome="repeated"}'),
      refusedRefreshes: grown('signet_refreshes_total{outcome="refused"}'),
      logouts: grown('signet_sessions_ended_total{reason="logout"}'),
    }).toEqual({ logins: 2, refused: 1, rotated: 1, repeated: 1, refusedRefreshes: 1, logouts: 1 })
  })

  test.each(['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])(
    'metrics are not there for what comes through a proxy (%s)',
    async (name) => {
      const { status } = await client.call('/metrics', { headers: { [name]: '127.0.0.1' } })
      expect(status).toBe(404)
    },
  )

  test('K13 no text in any place is more than text', async () => {
    const evil = [
      `' or 1=1 --`,
      '"; drop table accounts; --',
      '{"$ne":null}',
      '../../etc/passwd',
      '\u0000',
      '__proto__',
    ]
    const [before] = await database.query('select count(*) as count from accounts')
    for (const text of evil) {
      const part = encodeURIComponent(text)
      for (const path of [
        `/admin/accounts/${part}`,
        `/admin/accounts?email=${part}`,
        `/admin/accounts?after=${part}`,
        `/admin/sessions?account=${part}&address=${part}&after=${part}`,
        `/admin/audit?account=${part}`,
        `/admin/audit?after=${part}`,
      ]) {
        const { status } = await ask(path)
        expect([200, 400, 404], path).toContain(status)
      }
      const role = await ask(`/admin/roles/${part}`, { method: 'PUT', body: { scopes: [] } })
      expect([400, 404]).toContain(role.status)
    }
    expect((await database.query('select count(*) as count from accounts'))[0]).toEqual(before)
  })
})
