import { type Explanation, explain, findTokens, type SignatureFinding } from '@signet/token/explain'
import { describe, expect, it } from 'vitest'
import { createBare, createEncrypted, createToken, encode, NOW } from './explain-tokens.ts'

const token = createToken()

describe('the three verdicts', () => {
  const verdictsOf = (input: string, options = {}) =>
    explain(input, { now: NOW, ...options }).tokens[0]?.verdicts

  it('stand apart, and nothing is claimed that nobody asked', () => {
    expect(verdictsOf(token)).toEqual({
      wellFormed: {
        is: true,
        why: 'It can be read in one way only. That says nothing about who made it.',
      },
      signature: {
        checked: 'no',
        keyFrom: null,
        words: 'Not checked: anybody could have written this.',
      },
      policy: {
        outcome: 'not-asked',
        why: 'Nobody said which issuer, audience and type are expected.',
      },
    })
  })

  it.each<[SignatureFinding, RegExp]>([
    [{ checked: 'holds', keyFrom: 'pinned' }, /^It holds with the key that you gave\.$/],
    [
      { checked: 'holds', keyFrom: 'issuer' },
      /^It holds with a key from the issuer that you named\.$/,
    ],
    [{ checked: 'holds', keyFrom: 'token' }, /proves nothing: anybody can put a key into a token/],
    [{ checked: 'holds', keyFrom: null }, /proves nothing until you know whose it is/],
    [{ checked: 'fails', keyFrom: 'pinned' }, /does not hold with the key that you gave/],
    [
      { checked: 'impossible', keyFrom: null, why: 'The key is for ES384' },
      /^It cannot be checked\. The key is for ES384\.$/,
    ],
  ])('of the signature repeat %j in words', (signature, words) => {
    expect(verdictsOf(token, { signature })?.signature).toMatchObject({
      checked: signature.checked,
      keyFrom: signature.keyFrom,
      words: expect.stringMatching(words),
    })
  })

  it('of the policy are those of the caller, about the first token alone', () => {
    const policy = { outcome: 'refused', why: 'The audience is another.' } as const
    const { tokens } = explain(JSON.stringify({ access_token: token, id_token: token }), {
      now: NOW,
      policy,
    })
    expect(tokens.map(({ verdicts }) => verdicts.policy.outcome)).toEqual(['refused', 'not-asked'])
  })

  it('never say valid', () => {
    for (const input of [
      token,
      `${token}=`,
      'x.y',
      createEncrypted({}),
      createBare({ alg: 'none' }, {}),
    ]) {
      for (const checked of ['no', 'holds', 'fails', 'impossible'] as const) {
        for (const keyFrom of ['pinned', 'issuer', 'token', null] as const) {
          expect(
            JSON.stringify(explain(input, { now: NOW, signature: { checked, keyFrom } })),
          ).not.toMatch(/\b(?:in)?valid/i)
        }
      }
    }
  })

  it('are no when a token is not well-formed, with how much is wrong', () => {
    const wellFormed = verdictsOf(`${token}==`.replace('.', '=.'))?.wellFormed
    expect(wellFormed).toEqual({
      is: false,
      why: 'Padding (=), which tokens do not have. And 1 more.',
    })
  })
})

describe('complaints are exact to the character', () => {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const marked = (input: string) =>
    explain(input, { now: NOW })
      .tokens.flatMap(({ findings }) => findings)
      .filter(({ area }) => area === 'form')
      .map(({ id, place }) => [
        id,
        place?.part,
        input.slice(place?.offset, (place?.offset ?? 0) + (place?.length ?? 0)),
      ])

  it.each([
    [`${header}!.${payload}.${signature}`, ['base64-character', 'header', '!']],
    [`Bearer ${header}.${payload}=.${signature}`, ['base64-padding', 'payload', '=']],
    [`${header}.${payload}.${signature.slice(0, -1)}B`, ['trailing-bits', 'signature', 'B']],
    [`"${header}.${payload}.${signature}AAA+"`, ['base64-alphabet', 'signature', '+']],
    [`${header}.${payload}`, ['parts-count', 'token', `${header}.${payload}`]],
  ])('%#', (input, expected) => {
    expect(marked(input)).toContainEqual(expected)
  })

  it('also within the JSON that was encoded', () => {
    const text = '{"sub":"acc_1","é":1,"sub":"acc_2"}'
    const input = `  ${createToken({ payloadText: text })}`
    const [found] = explain(input, { now: NOW }).tokens[0]?.findings ?? []
    expect(found?.id).toBe('duplicate-member')
    const { offset = 0, length = 0, decoded } = found?.place ?? {}
    expect(text.slice(decoded?.offset, (decoded?.offset ?? 0) + (decoded?.length ?? 0))).toBe(
      '"sub"',
    )
    // The characters of the input in which those bytes are.
    const payloadAt = input.indexOf('.') + 1
    const first = Buffer.byteLength(text.slice(0, decoded?.offset))
    const bits = { start: first * 8, end: (first + 5) * 8 }
    expect(offset).toBe(payloadAt + Math.floor(bits.start / 6))
    expect(offset + length).toBe(payloadAt + Math.ceil(bits.end / 6))
  })

  it('in a token that was broken into lines and in one with percent signs', () => {
    const broken = `${header}.${payload}!.${signature}`
    const lines = broken.replace(/(.{50})/g, '$1\n')
    expect(marked(lines).map(([id, , text]) => [id, text?.trim()])).toContainEqual([
      'base64-character',
      '!',
    ])
    expect(marked(`Cookie: t=${broken.replace('!', '%21')}`).map(([, , text]) => text)).toEqual([])
    expect(marked(`Authorization: Bearer ${broken}`)).toContainEqual([
      'base64-character',
      'payload',
      '!',
    ])
  })

  it('names the way to a member', () => {
    const input = createToken({ claims: { a: [{ 'b c': 'ada@example.com' }] } })
    const paths = explain(input, { now: NOW }).tokens[0]?.findings.map(({ path }) => path)
    expect(paths).toEqual(['payload.a[0]["b c"]'])
  })
})

describe('kinds', () => {
  it.each([
    [createToken({ header: { typ: 'application/at+JWT' } }), 'access-token', 'by typ'],
    [
      createBare({ alg: 'ES256' }, { htm: 'GET', htu: 'https://a.example' }),
      'dpop-proof',
      'by the claims htm and htu',
    ],
    [createBare({ alg: 'ES256' }, { events: { x: {} } }), 'security-event', 'by the claim events'],
    [
      createBare(
        { alg: 'ES256', typ: 'secevent+jwt' },
        { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      ),
      'logout-token',
      'by its event',
    ],
    [createBare({ alg: 'ES256' }, { typ: 'Refresh' }), 'refresh-token', 'by the claim typ'],
    [
      createBare({ alg: 'ES256' }, { iss: 'shop', sub: 'shop', aud: 'https://login.example' }),
      'client-assertion',
      'sub is iss',
    ],
    [createBare({ alg: 'ES256' }, { sub: 'x' }), 'unknown', 'no kind that could be told'],
    [createEncrypted({}), 'encrypted', 'five parts'],
    ['Bearer abc', 'opaque', 'nobody but its issuer'],
    ['Bearer ya29.a0Abc-d', 'opaque', 'nobody but its issuer'],
    [
      JSON.stringify({ idToken: createBare({ alg: 'ES256' }, { sub: 'x' }) }),
      'id-token',
      'by the name it came with',
    ],
  ])('%#', (input, kind, words) => {
    const [found] = explain(input, { now: NOW }).tokens
    expect(found?.kind).toBe(kind)
    expect(found?.words).toContain(words)
    expect(found?.grade === null).toBe(kind === 'opaque')
    expect(found?.verdicts.wellFormed.is).toBe(kind !== 'opaque')
  })
})

describe('keys', () => {
  it('are told by their outside alone', () => {
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: 'x'.repeat(43),
      y: 'y'.repeat(43),
      d: 'SECRETSECRET',
      kid: 'k1',
      alg: 'ES256',
      use: 'sig',
    }
    const { keySet, grade } = explain(JSON.stringify({ keys: [jwk] }))
    expect(keySet?.keys).toEqual([
      {
        kid: 'k1',
        kty: 'EC',
        alg: 'ES256',
        use: 'sig',
        curve: 'P-256',
        bits: null,
        isPrivate: true,
        words: 'A private key, elliptic curve, P-256.',
      },
    ])
    expect(JSON.stringify(keySet)).not.toContain('SECRET')
    expect(grade).toBe('F')
  })
})

describe('the grade', () => {
  it('is the worst of all, and null when there is nothing to judge', () => {
    const email = createToken({ claims: { email: 'ada@example.com' } })
    const gradeOf = (input: string) => explain(input, { now: NOW }).grade
    expect(gradeOf(token)).toBe('A')
    expect(gradeOf(email)).toBe('B')
    expect(gradeOf(createToken({ claims: { email: 'ada@example.com', phone: '1' } }))).toBe('C')
    expect(
      gradeOf(
        createToken({
          claims: { email: 'ada@example.com', phone: '1', birthdate: '1', address: 'x' },
        }),
      ),
    ).toBe('D')
    expect(gradeOf(createToken({ claims: { password: 'x' } }))).toBe('F')
    expect(gradeOf(JSON.stringify({ access_token: token, id_token: email }))).toBe('B')
    expect(gradeOf(`curl http://a.example --oauth2-bearer ${token}`)).toBe('F')
    expect(gradeOf('hello')).toBeNull()
    expect(gradeOf('Bearer opaque')).toBeNull()
  })
})

describe('findTokens', () => {
  it('gives what a verifier would be given', () => {
    const lines = token.replace(/(.{60})/g, '$1\n')
    expect(findTokens(lines)).toEqual([
      { source: null, offset: 0, length: lines.length, text: token },
    ])
    expect(findTokens(`Cookie: t=${token.replaceAll('.', '%2E')}`)).toMatchObject([
      { source: 'cookie t', offset: 10, text: token },
    ])
    expect(findTokens('nothing')).toEqual([])
  })
})

it('takes the clock when no moment is given, and nothing that is none', () => {
  expect(Math.abs(explain(token).now - Date.now() / 1000)).toBeLessThan(60)
  for (const now of [Number.NaN, Number.POSITIVE_INFINITY, '5', null, new Date()]) {
    expect(() => explain(token, { now: now as number })).toThrow(TypeError)
  }
  expect(() => explain(undefined as unknown as string)).toThrow(TypeError)
})

it('shows what a broken token says as far as it can be read', () => {
  const { tokens }: Explanation = explain(
    `${encode('{"alg":"ES256","typ":"at+jwt"}')}.${encode('{"sub":')}.AA`,
    { now: NOW },
  )
  expect(tokens[0]?.header.map(({ name }) => name)).toEqual(['alg', 'typ'])
  expect(tokens[0]?.claims).toEqual([])
  expect(tokens[0]?.parts[1]?.text).toBe('{"sub":')
})
