import * as T from '@signet/token'
import { ALGORITHMS, type Algorithm } from '@signet/token'
import { describe, expect, it } from 'vitest'

const expected = { issuer: 'https://issuer.example', audience: 'orders' }

describe.each(ALGORITHMS.map((algorithm) => ({ algorithm })))('$algorithm', ({ algorithm }) => {
  it('verifies what it signed, and nothing with another signature', async () => {
    const key = await T.generateKey(algorithm, { kid: 'k1' })
    const token = T.sign({ sub: 'u1', role: 'Größe' }, key, { ...expected, expiresIn: '15m' })
    const { header, claims } = T.verify(token, key, expected)
    expect(header).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' })
    expect(claims).toMatchObject({ sub: 'u1', role: 'Größe', iss: expected.issuer, aud: 'orders' })
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(900)

    const stranger = await T.generateKey(algorithm, { kid: 'k1' })
    expect(refusal(() => T.verify(token, stranger, expected))).toBe('signature_invalid')
  })

  it('comes back from its JWK', async () => {
    const key = await T.generateKey(algorithm, { kid: 'k1' })
    const again = T.importJwk(JSON.parse(JSON.stringify(T.exportPrivateJwk(key))))
    expect(again).toEqual(key)
    const token = T.sign({}, again, { ...expected, expiresIn: 60 })
    if (key.kind === 'secret') return
    const published = T.createKeySet(T.exportJwks(T.createKeySet([key])))
    expect(T.verify(token, published, expected).claims.iss).toBe(expected.issuer)
    expect(published.keys().map(T.thumbprint)).toEqual([T.thumbprint(key)])
  })
})

it('signs with Ed448 under EdDSA', async () => {
  const key = await T.generateKey('EdDSA', { curve: 'Ed448' })
  const token = T.sign({}, key, { ...expected, expiresIn: 60 })
  expect(T.verify(token, T.publicKey(key), expected).header.alg).toBe('EdDSA' satisfies Algorithm)
})

function refusal(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof T.TokenError) return error.code
    throw error
  }
  return 'accepted'
}
