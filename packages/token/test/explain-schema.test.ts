// docs/reference/explanation.schema.json against what really comes out.
import { readFileSync } from 'node:fs'
import { explain } from '@signet/token/explain'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { FIXTURES } from './explain-fixtures.ts'
import { createEncrypted, createToken, encode, NOW } from './explain-tokens.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../../docs/reference/explanation.schema.json', import.meta.url), 'utf8'),
)
// Moments are checked by hand below: formats would be one more package.
const check = new Ajv2020({ strict: true, allErrors: true, validateFormats: false }).compile(schema)

const token = createToken({ claims: { cnf: { jkt: 'x' }, email: 'ada@example.com', nbf: 1e300 } })
const INPUTS = [
  ...Object.values(FIXTURES),
  token,
  createEncrypted({ zip: 'DEF', p2c: 5 }),
  '',
  '\0',
  'hello',
  'Bearer opaque',
  `${token}=`,
  createToken({ payloadText: '{"a":1,"a":1e999}' }),
  createToken({ payloadText: '[' }),
  `Set-Cookie: t=${token}; Path=/`,
  `curl -k http://a.example -u a:b -H 'Authorization: Bearer ${token}' -b 'x=y'`,
  `https://a.example/?access_token=${token}`,
  JSON.stringify({ access_token: token, refresh_token: 'rt_1', expires_in: 1 }),
  JSON.stringify({ keys: [{ kty: 'RSA', n: 'AAAA', e: 'AQ' }, { kty: 'oct', k: 'AA' }, 5] }),
  JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: encode(new Uint8Array(32)), d: 'x' }),
  'x'.repeat(2_000_000),
]

it.each(INPUTS.map((input) => [input.slice(0, 50), input]))(
  'describes what is said of %j',
  (_, input) => {
    checkOutput(input)
  },
)

it('describes what is said of anything', () => {
  const part = fc.oneof(fc.string({ unit: 'binary' }), fc.json().map(encode), fc.constant('eyJ'))
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => checkOutput(parts.join('.'))),
    { numRuns: 200 },
  )
})

it('allows nothing that is not described', () => {
  const explanation = explain(token, { now: NOW })
  expect(check({ ...explanation, more: 1 })).toBe(false)
  expect(check({ ...explanation, tokens: [{ ...explanation.tokens[0], kind: 'other' }] })).toBe(
    false,
  )
  const { now: _, ...rest } = explanation
  expect(check(rest)).toBe(false)
})

function checkOutput(input: string): void {
  const signature = { checked: 'holds', keyFrom: 'token' } as const
  for (const options of [{ now: NOW }, { now: NOW, signature }]) {
    const explanation = explain(input, options)
    const written = JSON.parse(JSON.stringify(explanation))
    expect(check(written), JSON.stringify(check.errors)).toBe(true)
    // Nothing is lost on the way through JSON.
    expect(written).toEqual(explanation)
    for (const { claims } of explanation.tokens) {
      for (const { time } of claims)
        if (time !== null) expect(new Date(time).toISOString()).toBe(time)
    }
  }
}
