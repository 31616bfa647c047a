import { describe, expect, it } from 'vitest'
import { FIXTURES } from '../../../test/explain-fixtures.ts'
import { createEncrypted, createToken, encode, NOW } from '../../../test/explain-tokens.ts'
import { explain } from '../explain.ts'
import type { JsonValue } from '../explanation.ts'
import { redact } from './redact.ts'

/** Header and claims of the token in a text. */
function read(text: string): { header: unknown; claims: Record<string, JsonValue> } {
  const [header = '', claims = ''] = text.split('.')
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  return { header: parse(header), claims: parse(claims) }
}

const claimsOf = (claims: Record<string, unknown>) =>
  read(redact(createToken({ claims })).text).claims

describe('redact', () => {
  it('drops the signature and keeps what errors are about', () => {
    const token = createToken()
    const { text, tokens, replaced, words } = redact(token)
    const [, , third] = text.split('.')
    expect(third).toBe('redacted')
    expect(read(text).header).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: 'key-1' })
    expect(read(text).claims).toEqual({
      iss: 'https://login.example',
      sub: 'id-1',
      aud: 'orders',
      exp: NOW + 840,
      iat: NOW - 60,
      jti: 'id-2',
      client_id: 'id-3',
      scope: 'orders:read',
    })
    expect([tokens, replaced]).toEqual([1, { signature: 1, id: 3 }])
    expect(words).toBe('1 token rewritten, 4 values replaced.')
  })

  it('keeps the kind and the shape of what it hides', () => {
    expect(
      claimsOf({
        email: 'ada@example.com',
        phone_number: '+4915112345678',
        ip: '203.0.113.9',
        birthdate: '1815-12-10',
        name: 'Ada',
        sub: 'auth0|64f1c0ffee0011',
        oid: '0d1f2b3c-1111-2222-3333-444455556666',
        picture: 'https://a.example/ada.png',
        password: 'hunter2',
        plan: 'gold',
        n: 4111111111111111,
        small: 7,
        big: 123456789,
        no: null,
        yes: true,
        empty: '',
        list: ['gold', 'ada@example.com', { deep: 'gold' }],
        'ada@example.com': { 'x y': 'z' },
      }),
    ).toMatchObject({
      email: 'person-1@redacted.example',
      phone_number: '+12025550100',
      ip: '192.0.2.1',
      birthdate: '1900-01-01',
      name: 'name-1',
      sub: 'auth0|000001',
      oid: '00000000-0000-4000-8000-000000000004',
      picture: 'https://redacted.example/1',
      password: 'password-1',
      plan: 'text-1',
      n: 'card-1',
      small: 7,
      big: 1,
      no: null,
      yes: true,
      empty: '',
      list: ['text-1', 'person-1@redacted.example', { deep: 'text-1' }],
      'person-1@redacted.example': { 'x y': 'text-2' },
    })
  })

  it('keeps only words where words are due, and no number that says where or who', () => {
    const ssn = '078-05-1120'
    const { acr, amr, roles, role, scope, permissions, ...rest } = claimsOf({
      acr: 'Ada Lovelace lives here',
      amr: ['pwd', `ssn ${ssn}`],
      roles: ['clerk', 'x'.repeat(64), '4111 1111 1111 1111', '15112345678'],
      role: ssn,
      scope: `orders:read ${'y'.repeat(64)} api://orders/read https://www.googleapis.com/auth/drive`,
      permissions: ['orders:read'],
      zip: 1234,
      lat: 51,
      pin: 1234,
      ssn: 1120,
      postal_code: 99,
      count: 7,
      [ssn]: 1,
      ver: 3,
    })
    expect(JSON.stringify({ acr, amr, roles, role, scope, ...rest })).not.toMatch(
      /Lovelace|078|xxxx|4111|15112|yyyy|1234|1120|\b51\b|\b99\b/,
    )
    expect([amr, roles, permissions]).toEqual([
      ['pwd', expect.stringMatching(/^text-/)],
      ['clerk', ...Array(3).fill(expect.stringMatching(/^(?:text|card)-/))],
      ['orders:read'],
    ])
    expect([rest['count'], rest['ver']]).toEqual([7, 3])
    expect(claimsOf({ scope: 'openid email orders:read urn:x:y' })['scope']).toBe(
      'openid email orders:read urn:x:y',
    )
  })

  it('gives one value one name throughout a text, and another to another', () => {
    const ada = createToken({ claims: { email: 'ada@example.com', user_id: 'acc_1' } })
    const bob = createToken({ claims: { email: 'bob@example.com', sub: 'acc_2' } })
    const { text } = redact(
      JSON.stringify({ access_token: ada, id_token: bob, user: { email: 'ada@example.com' } }),
    )
    const answer = JSON.parse(text)
    const [first, second] = [read(answer.access_token).claims, read(answer.id_token).claims]
    expect(first['user_id']).toBe(first['sub'])
    expect(first['sub']).not.toBe(second['sub'])
    expect([first['email'], second['email'], answer.user.email]).toEqual([
      'person-1@redacted.example',
      'person-2@redacted.example',
      'person-1@redacted.example',
    ])
  })

  it('shows that azp is the audience, which is shown anyway', () => {
    expect(claimsOf({ azp: 'orders', aud: 'orders', client_id: 'shop' })).toMatchObject({
      azp: 'orders',
      client_id: 'id-3',
    })
  })

  it('hides private values also where a name is kept', () => {
    expect(
      claimsOf({
        aud: 'ada@example.com',
        iss: 'https://u:pw@login.example',
        scope: 'AKIAIOSFODNN7EXAMPLE',
      }),
    ).toMatchObject({
      aud: 'person-1@redacted.example',
      iss: 'password-1',
      scope: 'secret-1',
    })
  })

  it('keeps the text around, and replaces what stands beside', () => {
    const token = createToken()
    const rewritten = redact(token).text
    expect(redact(`refused ${token}, twice`).text).toBe(`refused ${rewritten}, twice`)
    expect(redact(`Authorization: Bearer ${token}\nX-Api-Key: k123\n`).text).toBe(
      `Authorization: Bearer ${rewritten}\nX-Api-Key: secret-1\n`,
    )
    expect(redact('Authorization: Bearer opaque').text).toBe('Authorization: Bearer token-1')
    expect(redact('Authorization: Basic YTpi').text).toBe('Authorization: Basic password-1')
    expect(redact(`Set-Cookie: s="${token}"; Path=/`).text).toBe(
      `Set-Cookie: s="${rewritten}"; Path=/`,
    )
    expect(redact(`Cookie: theme=dark; t=${token.replaceAll('.', '%2E')}`).text).toBe(
      `Cookie: theme=cookie-1; t=${rewritten}`,
    )
    expect(
      redact(
        `curl -u 'ada:pw' -d 'client_secret=s&x=1' -H "Authorization: Bearer ${token}" https://a.example`,
      ).text,
    ).toBe(
      `curl -u 'password-1' -d 'client_secret=secret-1&x=1' -H "Authorization: Bearer ${rewritten}" https://a.example`,
    )
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----'
    expect(redact(`key:\n${pem}\n`).text).toBe('key:\nprivate-key-1\n')
    expect(redact(JSON.stringify({ access_token: token, client_secret: 's' }))).toEqual(
      expect.objectContaining({
        text: JSON.stringify({ access_token: rewritten, client_secret: 'secret-1' }),
        replaced: { signature: 1, id: 3, secret: 1 },
      }),
    )
    expect(redact('nothing here').words).toBe('Nothing was found that had to be replaced.')
  })

  it.each(['Authorization: Bearer ', 'Cookie: s=', 'It was ', 'first line\nId: '])(
    'leaves nothing of a token in lines, behind %j',
    (before) => {
      const token = createToken()
      const folded = `${before}${token}`.replace(/(.{76})/g, '$1\n')
      const { text } = redact(`${folded}\nThanks\n`)
      expect(text).toBe(`${before}${redact(token).text}\nThanks\n`)
    },
  )

  it.each([
    '{\n "alg":"HS256"}',
    '\n{"alg":"HS256"}',
    ' {"alg":"HS256"}',
    '\t\r\n {"alg":"HS256"}',
  ])('finds tokens in prose whose header is %j', (headerText) => {
    const token = createToken({ headerText })
    const { text } = redact(`it was ${token}, again`)
    expect(text).toBe(`it was ${redact(token).text}, again`)
    expect(text).not.toContain(token.split('.')[2])
  })

  it('finds tokens that stand where none is expected', () => {
    const [a, b] = [createToken(), createToken({ claims: { sub: 'acc_9' } })]
    const { text, tokens } = redact(`Authorization: Bearer ${a}\nX-Debug: was ${b} before\n`)
    expect(tokens).toBe(2)
    expect(text).not.toContain(b.split('.')[2])
    const many = redact(`${a}\n`.repeat(30))
    expect(many.tokens).toBe(30)
  })

  it('takes a token that cannot be read out as a whole', () => {
    expect(redact(`${encode('no json')}.${encode('{}')}.AAAA`).text).toBe('token-1')
    const half = createToken({ payloadText: '{"email":"ada@example.com"' })
    expect(redact(half).text.split('.').slice(1)).toEqual(['redacted', 'redacted'])
    const encrypted = createEncrypted({ kid: 'k' })
    expect(redact(encrypted).text).toBe(
      `${encrypted.split('.')[0]}.redacted.redacted.redacted.redacted`,
    )
  })

  it('takes the numbers of private keys out', () => {
    const jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB', d: 'SECRETD', p: 'SECRETP', kid: 'k' }
    const { text } = redact(
      ` ${JSON.stringify({ keys: [jwk, { kty: 'oct', k: 'SECRETK' }] }, null, 2)}\n`,
    )
    expect(text).not.toContain('SECRET')
    expect(text).toContain('\n      "d": "redacted",\n')
    expect(JSON.parse(text).keys).toEqual([
      { ...jwk, d: 'redacted', p: 'redacted' },
      { kty: 'oct', k: 'redacted' },
    ])
  })

  it('leaves nothing of what was private in any token of the makers', () => {
    for (const token of Object.values(FIXTURES)) {
      const { text } = redact(token)
      const spelt = JSON.stringify(read(text))
      expect(spelt).not.toMatch(/ada@|Lovelace|203\.0\.113|00000000-aaaa|auth0\|64f/)
      const [before] = explain(token, { now: NOW }).tokens
      const [after] = explain(text, { now: NOW }).tokens
      expect([after?.kind, after?.lifetime, after?.vendor]).toEqual([
        before?.kind,
        before?.lifetime,
        before?.vendor,
      ])
      expect(after?.claims.map(({ name }) => name)).toEqual(before?.claims.map(({ name }) => name))
    }
  })
})

describe('redact leaves nothing of', () => {
  const token = createToken()
  const key = 'hunter2-Zx9'
  it.each([
    [
      'an answer with its headers',
      `HTTP/1.1 200 OK\r\nSet-Cookie: sid=${key}; Path=/\r\n\r\n{"user":{"refresh_token":"${key}"}}`,
    ],
    ['a request with cookies', `> GET /\n> Cookie: a=b; sid=${key}\n> Authorization: Basic ${key}`],
    [
      'lines of JSON',
      `{"level":1,"req":{"headers":{"authorization":"Bearer ${key}"}}}\n{"a":{"b":{"password":"${key}"}}}`,
    ],
    [
      'JSON deeper than answers are',
      JSON.stringify({ a: { b: { c: { d: { e: { f: { client_secret: key } } } } } } }),
    ],
    ['JSON within JSON', JSON.stringify({ body: JSON.stringify({ password: key }) })],
    ['JSON cut in a text', `{"access_token":"${token}","refresh_token":"${key}`],
    ['JSON cut at its end', `{"refresh_token":"${key}","a":{"b":`],
    ['an object literal', `const a = { clientSecret: '${key}', name: 'x', apiKey: \`${key}\` }`],
    ['an object literal without quotes', `{password: ${key}, user: x}`],
    ['a list', `tokens: 1, "session_token": ["${key}", "${key}x"]`],
    [
      'settings',
      `export REFRESH_TOKEN=${key}\nDB_PASSWORD=${key},;&${key}\nSMTP_PASS="${key} ${key}"`,
    ],
    [
      'settings in YAML',
      `auth:\n  client_secret: ${key}\n  password: ${key} ${key}\n  - api_key: '${key}'`,
    ],
    ['an address with a password', `see postgres://app:${key}@db/app and https://u:p@${key}@host/`],
    [
      'an address with its query',
      `https://a.example/cb?code=${key}&session=${key}&sig=${key}#email=${key}&token=${key}`,
    ],
    [
      'options of curl',
      `curl https://a.example --cert c.pem:${key} --proxy-user a:${key} -u a:${key}`,
    ],
    [
      'options of curl in a text',
      `I ran\ncurl -u ada:${key} https://a.example -H 'X-Api-Key: ${key}' -b 'sid=x'`,
    ],
    ['wget', `wget --http-password=${key} --user=a:${key} https://a.example`],
    ['HTTPie', `http -a ada:${key} POST https://a.example password=${key}`],
    ['a form', `username=${key}&password=${key}&email=${key}`],
    ['an opaque token in prose', `sent Bearer abcdef0123456789.${key} to it`],
    ['a number as a secret', `{"otp": 12345678, "x": "${token}"} otp=12345678`],
    ['keys of AWS', 'it was AKIAIOSFODNN7EXAMPLE then'],
    ['keys of GitHub', 'it was ghp_0123456789abcdefghijklmnopqrstuvwxyz then'],
    ['keys of Slack', 'it was xoxb-123456789012-abcdefghijkl then'],
    ['keys of Stripe', 'it was sk_live_0123456789abcdefghij then'],
    ['a token without its signature', `was ${token.split('.').slice(0, 2).join('.')} there`],
    ['a token in base64', `was ${Buffer.from(token).toString('base64')} there`],
    ['a token in the other base64', `was ${token.replace(/.{4}$/, 'a+/b')}xyz== there`],
    ['a payload in the other base64', `was ${token.replace('.', '.e30+/A')} there`],
    ['an address of a person', 'mail ada@example.com about it'],
  ])('%s', (_, input) => {
    const { text } = redact(input)
    const [, payload = '', signature = ''] = token.split('.')
    for (const secret of [
      key,
      payload.slice(40, 90),
      signature.slice(0, 40),
      '12345678',
      'AKIA',
      'ghp_0',
      'xoxb-1',
      'sk_live',
      'ada@',
      'a+/b',
      'xyz',
    ]) {
      expect(text).not.toContain(secret)
    }
    expect(text).not.toContain(Buffer.from(token).toString('base64').slice(20, 60))
    expect(redact(text).text).toBe(text)
  })

  it('what is no secret is left', () => {
    for (const text of [
      'error: invalid token: expired, password: \n',
      'token_type=Bearer expires_in=3600',
      'the token_endpoint: https://a.example/token and "code": "invalid_grant"',
      'PASSWORD=$PASSWORD TOKEN=<token> "auth": {"mode": "x"}',
      'with Basic authentication, Bearer authentication-schemes',
    ]) {
      expect(redact(text).text).toBe(text)
    }
    const token = createToken()
    const rewritten = redact(token).text
    expect(redact(`Token: ${token} (expired?)`).text).toBe(`Token: ${rewritten} (expired?)`)
    expect(redact(`{"pin": 1234}`).text).toBe('{"pin": "secret-1"}')
  })

  it('warns of what it only scanned, and of what may be a key', () => {
    const token = createToken()
    expect(redact(token).warnings).toEqual([])
    expect(redact(`Authorization: Bearer ${token}`).warnings).toEqual([])
    expect(redact(JSON.stringify({ access_token: token })).warnings).toEqual([])
    const { warnings } = redact(`it was ${token}\nand aB3${'x'.repeat(30)}`)
    expect(warnings).toEqual([
      expect.stringContaining('only scanned'),
      'What may be a key or an id was left on line 2.',
    ])
  })
})
