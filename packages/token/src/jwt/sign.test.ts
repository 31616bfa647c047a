import { expect, it } from 'vitest'
import { importJwk } from '../jwk/import.ts'
import { decode } from './decode.ts'
import { createSigner, sign } from './sign.ts'

const k = Buffer.from('a secret of thirty-two bytes or more').toString('base64url')
const key = importJwk({ kty: 'oct', k, alg: 'HS256' })
const claimsOf = (token: string) => decode(token).claims

it('follows the clock from one second to the next and back', () => {
  let now = 0
  const issue = createSigner(key, { expiresIn: 60, notBefore: 1, now: () => now })
  for (const second of [5, 5.9, 6, 7, 5, 0]) {
    now = second
    const iat = Math.floor(second)
    expect(claimsOf(issue({}))).toEqual({ iat, nbf: iat + 1, exp: iat + 60 })
  }
})

it('keeps the times of a second apart from those that claims state', () => {
  const issue = createSigner(key, { expiresIn: 60, now: () => 100 })
  const issued = [issue({}), issue({ iat: 7 }), issue({}), issue({ iat: 100 })]
  expect(issued.map((token) => claimsOf(token).exp)).toEqual([160, 67, 160, 160])
})

it('lays a short token over a long one', () => {
  const issue = createSigner(key, { expiresIn: 60, issuer: 'i', now: () => 100 })
  issue({ long: 'x'.repeat(10_000) })
  expect(claimsOf(issue({ a: 1 }))).toEqual({ a: 1, iss: 'i', iat: 100, exp: 160 })
  expect(claimsOf(issue({}))).toEqual({ iss: 'i', iat: 100, exp: 160 })
})

it('refuses claims that are larger than the room they are put together in', () => {
  const issue = createSigner(key, { expiresIn: 60 })
  for (const long of ['x'.repeat(65_536), 'x'.repeat(65_505), '€'.repeat(21_840)]) {
    expect(() => issue({ long })).toThrow('too large')
  }
})

it('leaves room for claims that are read while they are written', () => {
  const issue = createSigner(key, { expiresIn: 60, issuer: 'i', now: () => 100 })
  const nested = {
    get token() {
      return sign({ inner: 'y'.repeat(50) }, key, { expiresIn: 5 })
    },
  }
  const claims = claimsOf(issue(nested))
  expect(claims).toMatchObject({ iss: 'i', iat: 100, exp: 160 })
  expect(claimsOf(String(claims['token']))).toMatchObject({ inner: 'y'.repeat(50) })
})

it('finds what would not verify in its options, too', () => {
  expect(() => createSigner(key, { expiresIn: 60, jwtId: '\ud800' })).toThrow('lone surrogate')
})
