import { describe, expect, it } from 'vitest'
import { createBearerAnswer } from './bearer.ts'
import { GuardError, isRefusal, type Refusal } from './errors.ts'
import { BEARER_CODES, type BearerCode } from './protocol/index.ts'

function refusal(code: BearerCode, scopes: string[] = []): Refusal {
  const error = new GuardError(code, { reason: 'signature_invalid', scopes })
  if (!isRefusal(error)) throw new Error('not a refusal')
  return error
}

describe('createBearerAnswer', () => {
  it.each(Object.keys(BEARER_CODES) as BearerCode[])('says of %s what its table says', (code) => {
    const { status, title, error } = BEARER_CODES[code]
    const { headers, body, ...answer } = createBearerAnswer(refusal(code), 'here')
    expect(answer.status).toBe(status)
    expect(JSON.parse(body)).toEqual({ code, title, status })
    expect(headers['cache-control']).toBe('no-store')
    expect('retry-after' in headers).toBe(status === 503)
    expect('www-authenticate' in headers).toBe(status !== 503)
    expect(headers['www-authenticate']?.includes('error=')).toBe(
      status === 503 ? undefined : error !== null,
    )
  })

  it('keeps the precise reason to itself', () => {
    expect(JSON.stringify(createBearerAnswer(refusal('token_invalid'), 'here'))).not.toContain(
      'signature',
    )
  })

  it('quotes what goes into the header', () => {
    const { headers } = createBearerAnswer(refusal('credentials_missing'), 'a"b\\c\r\nX: \u00e9')
    expect(headers['www-authenticate']).toBe('Bearer realm="a\\"b\\\\c??X: ?"')
  })
})

describe('isRefusal', () => {
  it('is false for what is wrong with the set-up, and for errors of others', () => {
    expect(isRefusal(new GuardError('feed_missing'))).toBe(false)
    expect(isRefusal(Object.assign(new Error(), { code: 'token_invalid' }))).toBe(false)
    expect(isRefusal(null)).toBe(false)
  })
})
