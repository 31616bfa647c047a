// The examples of RFC 7515, 7520, 8037 and 7638. They are JWS, not JWT: what is checked is
// everything up to the signature.
import { describe, expect, it } from 'vitest'
import { HAS_VECTORS, listVectors, readJsonVectors, readVectors } from '../../test/vectors.ts'
import { KeyError, TokenError } from '../errors.ts'
import { importJwk } from '../jwk/import.ts'
import { thumbprint } from '../jwk/thumbprint.ts'
import { headerBindingsOf } from '../jwks/header-bindings.ts'
import { type Algorithm, isAlgorithm } from './algorithms.ts'
import { splitCompact } from './compact.ts'

describe.skipIf(!HAS_VECTORS)('examples of the RFCs', () => {
  it.each([
    ['rfc7515_A.2', 'RS256'],
    ['rfc7515_A.3', 'ES256'],
    ['rfc7515_A.4', 'ES512'],
    ['rfc7520_4.1', 'RS256'],
    ['rfc7520_4.2', 'PS384'],
    ['rfc7520_4.3', 'ES512'],
    ['rfc7520_4.4', 'HS256'],
  ] as const)('%s verifies with %s, and not when a byte differs', (name, algorithm) => {
    const jwk = readJwk(`${name}.jwk`)
    const token = readVectors(`rfc-examples/${name}.jwsc`).toString('latin1').trim()
    expect(judge(token, jwk, algorithm)).toBe('good')
    const [header = '', payload = '', signature = ''] = token.split('.')
    expect(judge(`${header}.${payload}AAAA.${signature}`, jwk, algorithm)).toBe('bad')
  })

  it('RFC 7515 A.1 is refused for its secret, which everybody knows', () => {
    const token = readVectors('rfc-examples/rfc7515_A.1.jwsc').toString('latin1').trim()
    expect(judge(token, readJwk('rfc7515_A.1.jwk'), 'HS256')).toBe('key_weak')
  })

  it.each([
    // Unsecured; its algorithm does not exist here.
    ['rfc7515_A.5', 'token_malformed'],
  ])('%s is refused: %s', (name, code) => {
    const token = readVectors(`rfc-examples/${name}.jwsc`).toString('latin1').trim()
    expect(() => splitCompact(token, 8192)).toThrow(expect.objectContaining({ code }))
  })

  it.each(listVectors('jose-cookbook/jws').filter((n) => n.endsWith('.json')))(
    'cookbook %s',
    (name) => {
      const { input, signing, output } = readJsonVectors(`jose-cookbook/jws/${name}`) as Cookbook
      const compact = output.compact
      const isDetached = compact?.includes('..') ?? false
      const keys = [input.key].flat()
      const algorithm = input.alg
      if (compact === undefined || !isAlgorithm(algorithm) || keys.length !== 1) {
        // JSON serialisations, several signatures, unprotected headers: not a compact JWS.
        expect(signing).toBeDefined()
        return
      }
      const verdict = judge(compact, keys[0] ?? {}, algorithm)
      expect(verdict).toBe(isDetached ? 'bad' : 'good')
    },
  )

  it('RFC 8037 A.4 verifies with EdDSA', () => {
    const { input, output } = readJsonVectors('jose-cookbook/curve25519/jws.json') as Cookbook
    expect(judge(output.compact ?? '', [input.key].flat()[0] ?? {}, 'EdDSA')).toBe('good')
  })

  it('RFC 7797 is refused', () => {
    const folder = 'jose-cookbook/rfc7797'
    // Their own secret is a known one, and the header is refused before any is used.
    const key = importJwk(readJwk('rfc7520_4.4.jwk'), { algorithm: 'HS256' })
    const names = listVectors(folder).filter((name) => name.endsWith('.json'))
    expect(names).toHaveLength(2)
    for (const name of names) {
      const { signing } = readJsonVectors(`${folder}/${name}`) as Cookbook
      expect(() => headerBindingsOf(key).bind(signing.protected_b64u ?? '')).toThrow(
        expect.objectContaining({ code: 'header_invalid' }),
      )
    }
  })

  it('RFC 7638 3.1 has its thumbprint', () => {
    const jwk = readJsonVectors('rfc-examples/rfc7517_A.1.jwkset') as { keys: unknown[] }
    const key = importJwk(jwk.keys[1], { algorithm: 'RS256' })
    expect(thumbprint(key)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })
})

interface Cookbook {
  readonly input: { readonly key: Record<string, unknown>; readonly alg: string }
  readonly signing: { readonly protected_b64u?: string }
  readonly output: { readonly compact?: string }
}

/** Some files hold nothing but the name of another one. */
function readJwk(name: string): Record<string, unknown> {
  const text = readVectors(`rfc-examples/${name}`).toString('utf8')
  return text.startsWith('{') ? JSON.parse(text) : readJwk(text.trim())
}

function judge(token: string, jwk: Record<string, unknown>, algorithm: Algorithm): string {
  try {
    const { first, second } = splitCompact(token, 65_536)
    const { use: _, alg: __, key_ops: ___, ...members } = jwk
    const { check } = headerBindingsOf(importJwk(members, { algorithm })).bind(
      token.slice(0, first),
    )
    return check(token, second)
  } catch (error) {
    if (error instanceof TokenError || error instanceof KeyError) return error.code
    throw error
  }
}
