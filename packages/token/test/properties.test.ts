import * as T from '@signet/token'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EdDSA, ES256, EVERY, HS256, RS256 } from './attack-keys.ts'
import { codeOf, expected, forge, good } from './forge.ts'

const options = { ...expected, cacheSize: 100 }

describe.each([HS256, RS256, ES256, EdDSA])(
  'a $algorithm token',
  ({ algorithm, kid, key, signer }) => {
    const token = forge({ alg: algorithm, kid, typ: 'JWT' }, good, signer)
    const verifier = T.createVerifier(key, options)
    const character = fc.oneof(
      fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+/= \n'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    )

    it('is refused with any one character changed, in every place', () => {
      for (let at = 0; at < token.length; at++) {
        for (const other of [
          'A',
          'B',
          '_',
          '.',
          '=',
          '+',
          ' ',
          String.fromCharCode(token.charCodeAt(at) + 256),
        ]) {
          const changed = token.slice(0, at) + other + token.slice(at + 1)
          if (changed === token) continue
          expect(
            codeOf(() => verifier(changed)),
            `${at} ${other}`,
          ).not.toBe('accepted')
        }
      }
      expect(codeOf(() => verifier(token))).toBe('accepted')
    })

    it('is refused with any character put in or taken out', () => {
      fc.assert(
        fc.property(fc.nat(token.length), character, fc.nat(3), (at, inserted, dropped) => {
          const changed = token.slice(0, at) + inserted + token.slice(at + dropped)
          fc.pre(changed !== token)
          expect(codeOf(() => verifier(changed))).not.toBe('accepted')
        }),
        { numRuns: 1000 },
      )
    })
  },
)

it('random text and random parts are refused and crash nothing', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64url')),
    fc.json().map((text) => Buffer.from(text).toString('base64url')),
    fc
      .record(
        { alg: fc.constantFrom('HS256', 'RS256', 'ES256'), kid: fc.json() },
        { requiredKeys: [] },
      )
      .map((header) => Buffer.from(JSON.stringify(header)).toString('base64url')),
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(part, { maxLength: 5 }).map((p) => p.join('.')),
  )
  const keySet = T.createKeySet(
    EVERY.filter(({ key }) => key.kind !== 'secret').map(({ key }) => key),
  )
  const verifiers = [HS256.key, RS256.key, ES256.key, keySet].map((keys) =>
    T.createVerifier(keys, options),
  )
  fc.assert(
    fc.property(text, (token) => {
      for (const verifier of verifiers) expect(codeOf(() => verifier(token))).not.toBe('accepted')
      codeOf(() => T.decode(token))
    }),
    { numRuns: 3000 },
  )
})

it('random claims are signed and come back, or are a TypeError, and never anything else', () => {
  const key = T.secretKey(new Uint8Array(32).fill(7), { algorithm: 'HS256' })
  const loose = { issuer: null, audience: null, now: () => 1000 }
  let signed = 0
  fc.assert(
    fc.property(fc.object({ withNullPrototype: true, maxDepth: 20 }), (claims) => {
      let token: string
      try {
        token = T.sign(claims, key, { expiresIn: 60, now: () => 1000 })
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        return
      }
      signed++
      const text = JSON.stringify({ ...claims, iat: 1000, exp: 1060 })
      if (T.decode(token).header.alg !== 'HS256') throw new Error('header')
      expect(T.verify(token, key, { ...loose, maxTokenBytes: 65_536 }).claims).toEqual(
        JSON.parse(text),
      )
    }),
    { numRuns: 1000 },
  )
  expect(signed).toBeGreaterThan(500)
})
