// jose and jsonwebtoken as oracles: what we sign they verify, and what they sign we verify, for
// every algorithm that they have.
import { createSecretKey, type KeyObject } from 'node:crypto'
import * as T from '@signet/token'
import fc from 'fast-check'
import * as jose from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { describe, expect, it } from 'vitest'
import { EVERY, secret } from './attack-keys.ts'

const issuer = 'https://issuer.example'
const audience = 'orders'
const BY_JSONWEBTOKEN = /^(HS|RS|PS|ES)/

const claims = fc.record({
  sub: fc.string({ unit: 'grapheme-ascii', minLength: 1 }),
  name: fc.string({ unit: 'grapheme' }),
  roles: fc.array(fc.string()),
  level: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
  nested: fc.dictionary(
    fc.string({ unit: 'grapheme-ascii' }).filter((name) => name !== '__proto__'),
    fc.boolean(),
  ),
})

describe.each(EVERY)(
  '$algorithm',
  ({ algorithm, key: verifyingKey, privateObject, publicObject }) => {
    const symmetric = createSecretKey(secret)
    const signingObject: KeyObject = privateObject ?? symmetric
    const verifyingObject: KeyObject = publicObject ?? symmetric
    const signingKey = T.importKeyObject(signingObject, { algorithm, kid: `kid-${algorithm}` })

    it('tokens of ours are good to jose', async () => {
      await fc.assert(
        fc.asyncProperty(claims, async (some) => {
          const token = T.sign(some, signingKey, { issuer, audience, expiresIn: '5m' })
          const result = await jose.jwtVerify(token, verifyingObject, {
            issuer,
            audience,
            algorithms: [algorithm],
          })
          expect(result.payload).toMatchObject(plain(some))
          expect(result.protectedHeader).toEqual({
            alg: algorithm,
            typ: 'JWT',
            kid: signingKey.kid,
          })
        }),
        { numRuns: 8 },
      )
    })

    it('tokens of jose are good to us', async () => {
      await fc.assert(
        fc.asyncProperty(claims, async (some) => {
          const token = await new jose.SignJWT(plain(some))
            .setProtectedHeader({ alg: algorithm, kid: `kid-${algorithm}` })
            .setIssuer(issuer)
            .setAudience(audience)
            .setIssuedAt()
            .setExpirationTime('5m')
            .sign(signingObject)
          expect(T.verify(token, verifyingKey, { issuer, audience }).claims).toMatchObject(
            plain(some),
          )
          expect(T.decode(token).claims).toEqual(jose.decodeJwt(token))
        }),
        { numRuns: 8 },
      )
    })

    // jsonwebtoken has no EdDSA.
    if (!BY_JSONWEBTOKEN.test(algorithm)) return

    it('and to jsonwebtoken, both ways', () => {
      const alg = algorithm as jsonwebtoken.Algorithm
      fc.assert(
        fc.property(claims, (some) => {
          const ours = T.sign(some, signingKey, { issuer, audience, expiresIn: '5m' })
          const read = jsonwebtoken.verify(ours, verifyingObject, {
            issuer,
            audience,
            algorithms: [alg],
          })
          expect(read).toMatchObject(plain(some))
          const theirs = jsonwebtoken.sign(plain(some), signingObject, {
            algorithm: alg,
            issuer,
            audience,
            expiresIn: '5m',
          })
          expect(T.verify(theirs, verifyingKey, { issuer, audience }).claims).toMatchObject(
            plain(some),
          )
        }),
        { numRuns: 8 },
      )
    })
  },
)

it('thumbprints are those of jose', async () => {
  for (const { key, publicObject } of EVERY) {
    if (publicObject === null) continue
    expect(T.thumbprint(key)).toBe(
      await jose.calculateJwkThumbprint(await jose.exportJWK(publicObject)),
    )
  }
})

it('keys in PEM and JWK are those of jose', async () => {
  for (const { algorithm, key, publicObject, privateObject } of EVERY) {
    if (publicObject === null || privateObject === null) continue
    expect(T.exportPem(key)).toBe(await jose.exportSPKI(publicObject))
    const again = T.importPkcs8(await jose.exportPKCS8(privateObject), { algorithm })
    expect(T.exportPrivatePem(again)).toBe(await jose.exportPKCS8(privateObject))
    expect(T.exportJwk(key)).toMatchObject(await jose.exportJWK(publicObject))
    expect(T.exportPrivateJwk(again)).toMatchObject(await jose.exportJWK(privateObject))
  }
})

/** As JSON carries it: fast-check's objects have no prototype, and -0 is written as 0. */
function plain(value: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(value))
}
