import { describe, expect, it } from 'vitest'
import { HAS_VECTORS, readJsonVectors } from '../../test/vectors.ts'
import { writeBase64url } from '../bytes/base64url.ts'
import { KeyError, TokenError } from '../errors.ts'
import { importJwk } from '../jwk/import.ts'
import { headerBindingsOf } from '../jwks/header-bindings.ts'
import { createKeySet } from '../jwks/key-set.ts'
import { splitCompact } from './compact.ts'

interface Group {
  readonly comment: string
  readonly private: Record<string, unknown>
  readonly public?: Record<string, unknown>
  readonly tests: readonly Test[]
}

interface Test {
  readonly tcId: number
  readonly comment: string
  readonly jws: unknown
  readonly result: 'valid' | 'invalid'
}

// Vectors whose verdict is wrong, with the verdict that is right.
const MISLABELLED = 'the JWK is bound to another algorithm than the one the token uses'
const OVERRIDES = new Map<number, { result: 'valid' | 'invalid'; reason: string }>([
  [346, { result: 'invalid', reason: MISLABELLED }],
  [347, { result: 'invalid', reason: MISLABELLED }],
  [350, { result: 'invalid', reason: MISLABELLED }],
  [351, { result: 'invalid', reason: MISLABELLED }],
  [367, { result: 'valid', reason: 'canonical base64url and the MAC is right' }],
  [370, { result: 'valid', reason: 'canonical base64url and the MAC is right' }],
  [372, { result: 'invalid', reason: 'holds "?" and the MAC is wrong' }],
  [373, { result: 'invalid', reason: 'holds "?" and the MAC is wrong' }],
])

function readGroups(file: string): readonly Group[] {
  return (readJsonVectors(`wycheproof/${file}`) as { testGroups: readonly Group[] }).testGroups
}

/** What stands between a JWS and its payload; the JWT layer adds JSON and claims to it. */
function isAccepted(jws: unknown, jwk: Record<string, unknown>): boolean {
  try {
    const { first, second } = splitCompact(jws, 65_536)
    const token = String(jws)
    const keys = 'keys' in jwk ? createKeySet({ keys: jwk['keys'] as unknown[] }) : importJwk(jwk)
    const payload = token.slice(first + 1, second)
    if (writeBase64url(payload, Buffer.alloc(payload.length)) < 0) return false
    const { check } = headerBindingsOf(keys).bind(token.slice(0, first))
    return check(token, second) === 'good'
  } catch (error) {
    if (error instanceof TokenError || error instanceof KeyError) return false
    throw error
  }
}

describe.skipIf(!HAS_VECTORS)('Wycheproof', () => {
  it.for([
    { file: 'json_web_signature_test.json', total: 401, overridden: 8 },
    { file: 'json_web_key_test.json', total: 26, overridden: 0 },
  ])('$file: every verdict is ours', ({ file, total, overridden }) => {
    const isSignatureFile = overridden > 0
    const wrong: string[] = []
    let judged = 0
    for (const group of readGroups(file)) {
      for (const test of group.tests) {
        const override = isSignatureFile ? OVERRIDES.get(test.tcId) : undefined
        const expected = (override ?? test).result
        const found = isAccepted(test.jws, group.public ?? group.private) ? 'valid' : 'invalid'
        if (found !== expected) wrong.push(`${test.tcId} ${group.comment} ${test.comment}`)
        judged++
      }
    }
    expect(wrong).toEqual([])
    expect(judged).toBe(total)
  })
})
