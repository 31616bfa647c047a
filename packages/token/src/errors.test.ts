import { expect, it } from 'vitest'
import { KeyError, TOKEN_ERROR_CODES, TokenError } from './errors.ts'

it('a token error has what applies to it, and nothing undefined', () => {
  expect(Object.keys(new TokenError('signature_invalid'))).toEqual(['code', 'name'])
  const error = new TokenError('claim_invalid', { claim: 'exp', reason: 'not a date' })
  expect({ ...error }).toEqual({
    name: 'TokenError',
    code: 'claim_invalid',
    claim: 'exp',
    reason: 'not a date',
  })
  expect(error.message).toBe('A claim has an unacceptable value (exp): not a date')
  expect(new TokenError('claims_refused', { cause: 7 }).cause).toBe(7)
})

it('every code has words of its own', () => {
  const messages = TOKEN_ERROR_CODES.map((code) => new TokenError(code).message)
  expect(new Set(messages).size).toBe(TOKEN_ERROR_CODES.length)
})

it('a key error names the key, what was found and what is needed', () => {
  const error = new KeyError('key_too_small', 'too short', {
    kid: 'a"b',
    found: '1 byte',
    needed: '32 bytes',
  })
  expect(error.message).toBe('Key "a\\"b": too short, found 1 byte, needed 32 bytes')
  expect(Object.keys(new KeyError('key_malformed', 'no'))).toEqual(['code', 'name'])
  expect(new KeyError('key_malformed', 'no').message).toBe('Key: no')
})
