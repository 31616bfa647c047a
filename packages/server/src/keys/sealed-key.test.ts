import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { MasterSecret } from '../config/secrets.ts'
import { openSealedKey, sealKey } from './sealed-key.ts'

const secret = new MasterSecret(randomBytes(32))
const jwk = { kty: 'EC', d: 'private-part' }

test('a sealed key opens under its secret and its kid only', () => {
  const sealed = sealKey(secret, 'kid-1', jwk)
  expect(openSealedKey(secret, 'kid-1', sealed)).toEqual(jwk)
  expect(openSealedKey(secret, 'kid-2', sealed)).toBeNull()
  expect(openSealedKey(new MasterSecret(randomBytes(32)), 'kid-1', sealed)).toBeNull()
})

test('the private part cannot be read from what is stored, and no two seals are alike', () => {
  const sealed = sealKey(secret, 'kid-1', jwk)
  expect(sealed.includes('private-part')).toBe(false)
  expect(sealKey(secret, 'kid-1', jwk).equals(sealed)).toBe(false)
})

test('any changed byte is noticed', () => {
  const sealed = sealKey(secret, 'kid-1', jwk)
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed.writeUInt8(changed.readUInt8(index) ^ 1, index)
    expect(openSealedKey(secret, 'kid-1', changed)).toBeNull()
  }
  expect(openSealedKey(secret, 'kid-1', sealed.subarray(0, 20))).toBeNull()
})
