import { describe, expect, it } from 'vitest'
import { parseSubject } from './revocation-subject.ts'

const CLAIMS = { iss: 'i', sub: 'a', exp: 1 }

describe('parseSubject', () => {
  it('reads what revocations are compared with, and null for what is absent', () => {
    const claims = { ...CLAIMS, sid: 'ses_1', ver: 0, jti: 'j', client_id: 'c', iat: 5 }
    expect(parseSubject(claims, 'k')).toEqual({
      sid: 'ses_1',
      ver: 0,
      jti: 'j',
      client_id: 'c',
      iat: 5,
      kid: 'k',
    })
    expect(parseSubject({ ...CLAIMS, jti: 'j' }, null)).toEqual({
      sid: null,
      ver: null,
      jti: 'j',
      client_id: null,
      iat: null,
      kid: null,
    })
  })

  it.each([
    ['that no revocation could hit', { client_id: 'c', iat: 5 }],
    ['with an empty session id', { sid: '', jti: 'j' }],
    ['with a session id that is null', { sid: null, jti: 'j' }],
    ['with a list for a token id', { sid: 's', jti: ['j'] }],
    ['with a text for a version', { sid: 's', ver: '1' }],
  ])('refuses a token %s', (_name, claims) => {
    expect(() => parseSubject({ ...CLAIMS, ...claims } as never, 'k')).toThrow(
      expect.objectContaining({ code: 'token_invalid' }),
    )
  })
})
