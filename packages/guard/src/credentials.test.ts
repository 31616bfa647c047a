import { describe, expect, it } from 'vitest'
import { findBearerToken } from './credentials.ts'

const fetchRequest = (...values: string[]) => {
  const headers = new Headers()
  for (const value of values) headers.append('authorization', value)
  return { headers }
}
const nodeRequest = (...values: string[]) => ({
  headers: { authorization: values[0] },
  rawHeaders: values.flatMap((value) => ['Authorization', value]),
})

describe.each([
  ['a Node request', nodeRequest],
  ['a Fetch request', fetchRequest],
])('findBearerToken in %s', (_name, request) => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER abc'])('takes %j', (value) => {
    expect(findBearerToken(request(value))).toBe('abc')
  })

  it.each(['Basic abc', 'Digest a="b", c="d"', 'Bearerabc', 'Token abc'])(
    'finds no bearer token in %j',
    (value) => {
      expect(findBearerToken(request(value))).toBe(null)
    },
  )

  it('finds none where there is no header', () => {
    expect(findBearerToken(request())).toBe(null)
  })

  it.each(['Bearer', 'Bearer\tabc', 'Bearer\u00a0abc'])('refuses %j as malformed', (value) => {
    expect(() => findBearerToken(request(value))).toThrow(
      expect.objectContaining({ code: 'token_invalid', reason: 'authorization_malformed' }),
    )
  })

  it.each(['Bearer  abc', 'Bearer a b', 'Bearer a\u00a0b', 'Bearer a\tb'])(
    'drops nothing that stands behind the one space of %j',
    (value) => {
      expect(findBearerToken(request(value))).toBe(value.slice('Bearer '.length))
    },
  )

  it.each([
    ['Bearer a, Bearer b'],
    ['Bearer a,b'],
    ['Bearer,a'],
    ['Bearer a', 'Bearer b'],
    ['Basic a', 'Bearer b'],
    ['Basic a,bearer b'],
  ])('refuses more than one: %j %j', (...values) => {
    expect(() => findBearerToken(request(...values))).toThrow(
      expect.objectContaining({ code: 'credentials_multiple' }),
    )
  })
})

describe('findBearerToken', () => {
  it('counts header lines in any letter case, also where a scheme differs', () => {
    const request = {
      headers: { authorization: 'Basic abc' },
      rawHeaders: ['authorization', 'Basic abc', 'AUTHORIZATION', 'Bearer abc'],
    }
    expect(() => findBearerToken(request)).toThrow(
      expect.objectContaining({ code: 'credentials_multiple' }),
    )
  })

  it('does not mistake a header value for a header name', () => {
    const request = {
      headers: { authorization: 'Bearer abc' },
      rawHeaders: ['X-Note', 'authorization', 'Authorization', 'Bearer abc'],
    }
    expect(findBearerToken(request)).toBe('abc')
  })
})
