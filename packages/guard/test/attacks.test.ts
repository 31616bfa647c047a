// Attacks from the outside: bytes over HTTP against services in every framework.
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { exportJwk, generateKey, type Key } from '@signet/token'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuard, type Guard } from '../src/index.ts'
import { AuthorityDouble } from './authority-double.ts'
import { type CountingServer, startCountingServer } from './counting-server.ts'
import { EventLog } from './event-log.ts'
import { signRaw, withHeader } from './raw-token.ts'
import { FRAMEWORKS, type Service } from './services/index.ts'

describe.each(Object.entries(FRAMEWORKS))('attacks on %s', (_name, start) => {
  const events = new EventLog()
  let authority: AuthorityDouble
  let attacker: CountingServer
  let guard: Guard
  let service: Service
  let key: Key

  beforeAll(async () => {
    authority = await AuthorityDouble.start()
    authority.revoke({ id: 'ses_ended' })
    attacker = await startCountingServer()
    guard = createGuard({
      issuer: authority.issuer,
      audience: authority.audience,
      onEvent: events.onEvent,
    })
    await guard.ready()
    service = await start(guard)
    key = authority.keys[0] as Key
  })

  afterAll(async () => {
    guard.close()
    for (const one of [service, attacker, authority]) await one[Symbol.asyncDispose]()
  })

  async function statusOf(token: string, path = '/plain'): Promise<number> {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(service.url + path, { headers })
    await response.arrayBuffer()
    return response.status
  }

  const goodClaims = (): Record<string, unknown> => ({
    iss: authority.issuer,
    aud: authority.audience,
    sub: 'acc_1',
    client_id: 'signet',
    jti: 'j',
    sid: 'ses_1',
    iat: Math.floor(Date.now() / 1000),
    exp: Math.floor(Date.now() / 1000) + 900,
  })

  it('accepts a good token, so that every refusal below means something', async () => {
    expect(await statusOf(authority.issue())).toBe(200)
    expect(await statusOf(signRaw(key, { payload: goodClaims() }))).toBe(200)
  })

  it('A01 A02 A03 A04 refuses every other alg, with and without a signature', async () => {
    const good = authority.issue()
    for (const alg of [
      'none',
      'None',
      'nOnE',
      'none ',
      '',
      'es256',
      'ES256 ',
      null,
      7,
      ['ES256'],
      {},
    ]) {
      const token = withHeader(good, { alg })
      for (const each of [token, token.replace(/[^.]*$/, ''), token.replace(/\.[^.]*$/, '')]) {
        expect([alg, await statusOf(each)]).toEqual([alg, 401])
      }
    }
    expect(
      await statusOf(signRaw(key, { header: { alg: undefined }, payload: goodClaims() })),
    ).toBe(401)
  })

  it('A05 refuses an HMAC made with the public key, in whatever form', async () => {
    const jwk = exportJwk(key)
    const payload = Buffer.from(JSON.stringify({ ...goodClaims(), roles: ['admin'] })).toString(
      'base64url',
    )
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS384', 'sha384'],
      ['HS512', 'sha512'],
    ] as const) {
      for (const secret of [JSON.stringify(jwk), jwk.kty === 'EC' ? jwk.x : '', '']) {
        const header = Buffer.from(JSON.stringify({ alg, typ: 'at+jwt', kid: key.kid })).toString(
          'base64url',
        )
        const mac = createHmac(hash, secret).update(`${header}.${payload}`).digest('base64url')
        expect(await statusOf(`${header}.${payload}.${mac}`)).toBe(401)
      }
    }
  })

  it('B01 B02 B03 follows no key or address that a token brings along', async () => {
    const thief = await generateKey('ES256')
    const bait = {
      jwk: exportJwk(thief),
      jku: `${attacker.url}/keys`,
      x5u: `${attacker.url}/cert`,
      x5c: ['MIIB'],
    }
    for (const [name, value] of Object.entries(bait)) {
      for (const kid of [thief.kid, key.kid, undefined]) {
        const token = signRaw(thief, { header: { kid, [name]: value }, payload: goodClaims() })
        expect([name, await statusOf(token)]).toEqual([name, 401])
      }
    }
    expect(attacker.hits).toBe(0)
  })

  it('B06 refuses every strange kid without falling over', async () => {
    const good = authority.issue()
    const kids = [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '*',
      '',
      '\0',
      null,
      7,
      [],
      {},
    ]
    for (const kid of [...kids, 'k'.repeat(4000), key.kid?.toUpperCase(), `${key.kid} `]) {
      expect([kid, await statusOf(withHeader(good, { kid }))]).toEqual([kid, 401])
    }
  })

  it('B07 fetches nothing for an issuer that a token claims', async () => {
    const token = signRaw(key, { payload: { ...goodClaims(), iss: attacker.url } })
    expect(await statusOf(token)).toBe(401)
    expect(attacker.hits).toBe(0)
  })

  it.each<[string, Record<string, unknown>]>([
    ['C01 no exp', { exp: undefined }],
    ['C01 exp null', { exp: null }],
    ['C01 exp as a text', { exp: '9999999999' }],
    ['C02 exp in milliseconds', { exp: Date.now() }],
    ['C02 exp in a hundred years', { exp: Math.floor(Date.now() / 1000) + 3_155_760_000 }],
    ['C03 nbf ahead', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ['C03 iat ahead', { iat: Math.floor(Date.now() / 1000) + 600 }],
    ['C03 no iat', { iat: undefined }],
    ['C06 no aud', { aud: undefined }],
    ['C06 aud as a prefix', { aud: 'https://service.example.evil' }],
    ['C06 aud with a slash', { aud: 'https://service.example/' }],
    ['C06 aud in a nested list', { aud: [['https://service.example']] }],
    ['C07 no iss', { iss: undefined }],
    ['C08 no sub', { sub: undefined }],
    ['C08 sub with a line break', { sub: 'acc_1\r\nX-Admin: 1' }],
    ['C09 no jti', { jti: undefined }],
    ['C09 no client_id', { client_id: undefined }],
    ['C09 a session id that no revocation could match', { sid: { id: 'ses_ended' } }],
    ['C09 a version that compares with nothing', { ver: 'new' }],
  ])('%s is refused, though signed by the issuer', async (_title, claims) => {
    expect(await statusOf(signRaw(key, { payload: { ...goodClaims(), ...claims } }))).toBe(401)
  })

  it('C05 C11 D05 refuses payloads that are no plain object', async () => {
    const text = JSON.stringify(goodClaims())
    const payloads = ['[]', 'null', '"sub"', '7', `[${text}]`, text.replace('{', '{"sub":"admin",')]
    payloads.push(text.replace('{', '{"__proto__":{"roles":["admin"]},'))
    for (const payload of payloads) {
      expect([payload, await statusOf(signRaw(key, { payload }))]).toEqual([payload, 401])
    }
    expect('roles' in {}).toBe(false)
  })

  it('D01 D04 D07 refuses another spelling of a good token, and shapes that are none', async () => {
    const good = authority.issue()
    const [header, payload, signature] = good.split('.')
    const others = [
      `${good}=`,
      `${good}.`,
      `${good}.x`,
      `.${good}`,
      `${header}.${payload}`,
      `${header}=.${payload}.${signature}`,
      good.replaceAll('-', '+').replaceAll('_', '/').concat('+'),
      '.'.repeat(6_000),
      'a'.repeat(9_000),
    ]
    for (const token of others) expect(await statusOf(token)).toBe(401)
  })

  it('E01 refuses a token of another kind', async () => {
    for (const typ of ['JWT', 'logout+jwt', 'dpop+jwt', 'at+jwtx', undefined]) {
      expect(await statusOf(signRaw(key, { header: { typ }, payload: goodClaims() }))).toBe(401)
    }
  })

  it('G03 refuses a revoked session in every token and every encoding of one', async () => {
    const claims = { ...goodClaims(), sid: 'ses_ended' }
    for (let round = 0; round < 3; round += 1) {
      const token = signRaw(key, { payload: { ...claims, jti: `j${round}` } })
      expect(await statusOf(token)).toBe(401)
      // The same signature with s replaced by n - s, which verifies as well.
      const cut = token.lastIndexOf('.') + 1
      const bytes = Buffer.from(token.slice(cut), 'base64url')
      const n = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
      const s = n - BigInt(`0x${bytes.subarray(32).toString('hex')}`)
      const twin = Buffer.concat([
        bytes.subarray(0, 32),
        Buffer.from(s.toString(16).padStart(64, '0'), 'hex'),
      ])
      expect(await statusOf(token.slice(0, cut) + twin.toString('base64url'))).toBe(401)
      expect(events.all.findLast(({ type }) => type === 'refused')).toMatchObject({
        code: 'token_revoked',
      })
    }
  })

  it('H04 refuses two Authorization headers with 400, whichever comes first', async () => {
    const good = `Authorization: Bearer ${authority.issue()}`
    for (const [first, second] of [
      [good, 'Authorization: Bearer other'],
      ['authorization: Basic eA==', good],
      [good, good],
    ]) {
      expect(await rawStatus(service.url, [first ?? '', second ?? ''])).toBe(400)
    }
  })

  it('H05 takes a token from the header and from nowhere else', async () => {
    const token = authority.issue()
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const elsewhere: [string, RequestInit][] = [
      [`/plain?access_token=${token}`, {}],
      ['/plain', { headers: { cookie: `access_token=${token}` } }],
      [
        '/plain',
        { headers: { 'x-access-token': token, 'proxy-authorization': `Bearer ${token}` } },
      ],
      ['/plain', { method: 'POST', headers: form, body: `access_token=${token}` }],
    ]
    for (const [path, init] of elsewhere) {
      expect((await fetch(service.url + path, init)).status).toBe(401)
    }
    const other = authority.issue({ sub: 'acc_2' })
    const response = await fetch(`${service.url}/plain?access_token=${other}`, {
      headers: { authorization: `Bearer ${token}`, cookie: `access_token=${other}` },
    })
    expect(await response.json()).toMatchObject({ subject: 'acc_1' })
  })

  it('H08 asks for a token whatever the method and whoever says to be asking', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST']) {
      const headers = { 'user-agent': 'GoogleHC/1.0', 'x-http-method-override': 'OPTIONS' }
      expect((await fetch(`${service.url}/plain`, { method, headers })).status).toBe(401)
    }
  })

  it('H12 gives no meaning to headers that name an identity', async () => {
    const headers = {
      'x-user': 'admin',
      identity: '{"subject":"admin"}',
      'x-middleware-subrequest': '1',
    }
    expect((await fetch(`${service.url}/plain`, { headers })).status).toBe(401)
    const optional = await fetch(`${service.url}/optional`, { headers })
    expect(await optional.json()).toBe(null)
  })

  it('H14 tells no part of a token in events, health or answers', async () => {
    const token = authority.issue({ sub: 'acc_unmentionable', sid: 'ses_ended' })
    const response = await fetch(`${service.url}/plain`, {
      headers: { authorization: `Bearer ${token}` },
    })
    const said = JSON.stringify([
      events.all,
      guard.health(),
      [...response.headers],
      await response.text(),
    ])
    for (const part of token.split('.')) expect(said).not.toContain(part)
    expect(said).not.toContain('unmentionable')
  })
})

/** Sends header lines as they are, which fetch would merge. */
async function rawStatus(url: string, lines: string[]): Promise<number> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write(
    ['GET /plain HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n'),
  )
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(chunk.toString('latin1'))?.[1])
}
