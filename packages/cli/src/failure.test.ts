import { KEY_ERROR_CODES, KeyError, TOKEN_ERROR_CODES, TokenError } from '@signet/token'
import { expect, test } from 'vitest'
import { describeFailure } from './failure.ts'

const EXIT_OF_TOKEN_ERROR = {
  token_malformed: 3,
  token_too_large: 3,
  header_invalid: 3,
  payload_invalid: 3,
  algorithm_unsupported: 4,
  algorithm_mismatch: 4,
  signature_invalid: 4,
  token_expired: 5,
  token_not_yet_valid: 5,
  type_mismatch: 6,
  issuer_mismatch: 6,
  audience_mismatch: 6,
  subject_mismatch: 6,
  claim_missing: 6,
  claim_invalid: 6,
  lifetime_too_long: 6,
  claims_refused: 6,
  key_not_found: 8,
  key_ambiguous: 8,
} as const

test('each refusal of a token has its exit code, and a line with its name and advice', () => {
  const codes = TOKEN_ERROR_CODES.map((code) => {
    const { message, exitCode } = describeFailure(new TokenError(code))
    expect(message).toMatch(/^(refused|this is not a token): [^\n]+ \[\w+\]; [^\n]+$/)
    expect(message).toContain(`[${code}]`)
    return [code, exitCode]
  })
  expect(Object.fromEntries(codes)).toEqual(EXIT_OF_TOKEN_ERROR)
})

test('a key that cannot be used is 8, and 2 where naming its algorithm would help', () => {
  for (const code of KEY_ERROR_CODES) {
    const { message, exitCode } = describeFailure(new KeyError(code, 'why', { kid: 'k1' }))
    expect([code, exitCode]).toEqual([code, code === 'key_algorithm_missing' ? 2 : 8])
    expect(message).not.toContain('\n')
  }
})

test('what nobody foresaw is 1', () => {
  expect(describeFailure(new Error('why')).exitCode).toBe(1)
})
