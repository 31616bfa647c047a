// Whatever comes in: an answer, and in time that grows with the input and no faster.
import { diffTokens, explain, findTokens, redact } from '@signet/token/explain'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIXTURES } from './explain-fixtures.ts'
import { createToken, encode, NOW } from './explain-tokens.ts'

const fixture = fc.constantFrom(...Object.values(FIXTURES))
const mutated = fc
  .tuple(
    fixture,
    fc.array(fc.tuple(fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(4)), {
      maxLength: 4,
    }),
  )
  .map(([token, changes]) =>
    changes.reduce((text, [at, put, drop]) => {
      const index = at % (text.length + 1)
      return text.slice(0, index) + put + text.slice(index + drop)
    }, token),
  )
const part = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json().map(encode),
  fc.object().map((value) => encode(JSON.stringify(value))),
  fc.uint8Array().map(encode),
)
const assembled = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('.'))
const wrapped = fc
  .tuple(
    fc.constantFrom(
      'Bearer ',
      'Authorization: DPoP ',
      'Cookie: a=',
      'Set-Cookie: t=',
      "curl -H 'Authorization: Bearer ",
      'curl -b "',
      '{"access_token":"',
      'https://a.example/#id_token=',
      '{"keys":[{"kty":"RSA","n":"',
      '{"kty":"EC","x":"',
      'curl -d ',
      '',
      '"',
    ),
    fc.oneof(mutated, assembled, fc.string({ unit: 'binary' })),
    fc.constantFrom('', '"}', '; Path=/', "' https://x.example", '"', '"}]}', '\\', '%', '\n'),
  )
  .map((pieces) => pieces.join(''))
const keys = fc
  .array(
    fc.record(
      {
        kty: fc.constantFrom('RSA', 'EC', 'OKP', 'oct', 5, null),
        n: fc.oneof(fc.base64String(), fc.json()),
        e: fc.base64String(),
        x: fc.base64String(),
        k: fc.base64String(),
        crv: fc.constantFrom('P-256', 'Ed25519', 'x', 1),
        alg: fc.constantFrom('ES256', 'RS256', {}),
        key_ops: fc.json(),
        kid: fc.oneof(fc.string(), fc.integer()),
      },
      { requiredKeys: [] },
    ),
  )
  .map((list) => JSON.stringify({ keys: list }))
const anything = fc.oneof(fc.string({ unit: 'binary' }), mutated, assembled, wrapped, keys)

it('everything is answered and nothing throws', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const { tokens, keySet, input } = explain(text, { now: NOW })
      for (const { kind, verdicts, findings, grade } of tokens) {
        if (!verdicts.wellFormed.is) expect(grade).toBe(kind === 'opaque' ? null : 'F')
        for (const { place } of findings) {
          if (place === null) continue
          expect(place.offset).toBeGreaterThanOrEqual(0)
          expect(place.length).toBeGreaterThanOrEqual(0)
          expect(place.offset + place.length).toBeLessThanOrEqual(text.length)
        }
      }
      expect(typeof input.words + typeof keySet).toBe('stringobject')
      findTokens(text)
      diffTokens(text, FIXTURES.GOOGLE_ID, { now: NOW })
      redact(text)
    }),
    { numRuns: 600 },
  )
}, 120_000)

it('bytes of any kind are answered as well', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      explain(bytes, { now: NOW })
      redact(bytes)
    }),
    { numRuns: 300 },
  )
})

it('a copy to be shown has no signature of the original, can be read, and changes no more', () => {
  fc.assert(
    fc.property(
      fixture,
      fc.constantFrom('', 'Bearer ', 'Cookie: t=', 'refused: '),
      (token, before) => {
        const [, , signature = ''] = token.split('.')
        const { text } = redact(before + token)
        expect(text).not.toContain(signature.slice(0, 20))
        const [shown] = explain(text, { now: NOW }).tokens
        expect(shown?.verdicts.wellFormed.is).toBe(true)
        expect(shown?.findings.map(({ id }) => id)).toContain('signature-redacted')
        expect(redact(text).text).toBe(text)
      },
    ),
    { numRuns: 50 },
  )
})

describe('D12: time grows with the input and no faster', () => {
  // A square would take hours here; the limit of the runner is what fails it.
  const SIZE = 1_000_000
  const long = (text: string) => text.repeat(Math.ceil(SIZE / text.length)).slice(0, SIZE)
  const members = Array.from({ length: 60_000 }, (_, index) => `"${index}":1`).join()
  const twice = Array.from({ length: 100_000 }, () => '"a":1').join()
  it.each([
    ['dots', long('.')],
    ['spaces', `a${long(' ')}a`.slice(0, SIZE)],
    ['line breaks', long('a \n')],
    ['tokens without an end', long('eyJ.')],
    ['beginnings of tokens', long('eyJ')],
    ['foreign characters', `eyJ.${long('!a')}.x`.slice(0, SIZE)],
    ['commas', long(',')],
    ['cookies', `Cookie: ${long('a=b; ')}`.slice(0, SIZE)],
    ['attributes', `Set-Cookie: a=b; ${long('secure;')}`.slice(0, SIZE)],
    ['header lines', `A: b\n${long('Cookie: a\n')}`.slice(0, SIZE)],
    ['words of a command', `curl ${long('-H a ')}`.slice(0, SIZE)],
    ['quotes', long('"')],
    ['backslashes', `curl "${long('\\"')}`.slice(0, SIZE)],
    ['percent signs', `Cookie: a=${long('%2')}`.slice(0, SIZE)],
    ['fields of an address', `https://a.example/?${long('a=b&')}`.slice(0, SIZE)],
    ['brackets', long('[')],
    ['braces', long('{"a":')],
    ['members', createToken({ payloadText: `{${members}}` })],
    ['members written twice', createToken({ payloadText: `{${twice}}` })],
    ['e-mail addresses', createToken({ claims: { a: long('a@b.c@').slice(0, 500_000) } })],
    ['digits', createToken({ claims: { a: long('4 ').slice(0, 500_000) } })],
    ['a long kid', createToken({ header: { kid: long('../').slice(0, 500_000) } })],
    ['a long issuer', createToken({ claims: { iss: `https://${long('a.').slice(0, 500_000)}` } })],
    ['scopes', createToken({ claims: { scope: long('a ').slice(0, 500_000) } })],
    ['a list of keys', `{"keys":[${long('{"kid":"a"},').slice(0, 999_960)}{}]}`],
    [
      'bytes that are no text',
      createToken({ payloadText: '' }).replace(
        '..',
        `.${encode(new Uint8Array(700_000).fill(0xff))}.`,
      ),
    ],
  ])(
    '%s',
    (_, text) => {
      expect(text.length).toBeGreaterThan(400_000)
      expect(text.length).toBeLessThan(1_048_576)
      explain(text, { now: NOW })
      redact(text)
    },
    60_000,
  )

  it('ten megabytes are not looked into', () => {
    const { input, tokens } = explain(`eyJ${'a'.repeat(10_000_000)}`)
    expect(input.findings.map(({ id }) => id)).toEqual(['input-too-large'])
    expect(tokens).toEqual([])
    expect(redact('a'.repeat(10_000_000)).text).toBe('')
  })
})
