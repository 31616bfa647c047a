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
