import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { MasterSecret } from './secrets.ts'

const bytesOf = (numbers: Iterable<number>) => Buffer.from([...numbers])
const count = (step: number) => Array.from({ length: 32 }, (_, index) => index * step)

test.each([
  [
    'letters in their order',
    Buffer.from('abcdefghijklmnopqrstuvwxyz0123456789abcdefg', 'base64url'),
  ],
  ['capitals alone', Buffer.from('CORRECTHORSEBATTERYSTAPLECORRECTHORSEBATTEA', 'base64url')],
  ['a sentence', Buffer.from('Correct horse battery staple 1!').subarray(0, 32)],
  ['bytes counted up', bytesOf(count(1))],
  ['bytes counted down in sevens', bytesOf(count(249))],
  ['one piece again and again', Buffer.from('deadbeef'.repeat(8), 'hex')],
])('%s is weak', (_name, bytes) => {
  const padded = Buffer.alloc(32, 0x21)
  bytes.copy(padded)
  expect(new MasterSecret(padded).isWeak).toBe(true)
})

test('of 20,000 random secrets (seed 1) none is', () => {
  let weak = 0
  for (let index = 0; index < 20_000; index++) {
    const bytes = createHash('sha256').update(`1 ${index}`).digest()
    if (new MasterSecret(bytes).isWeak) weak += 1
  }
  expect(weak).toBe(0)
})

test.each([0, 1, 32, 64, 65, 200])(
  'derives as HKDF-SHA-256 of the runtime, salt of %i bytes',
  (length) => {
    const bytes = randomBytes(32)
    const salt = randomBytes(length)
    for (const purpose of ['signet/refresh-token', '', 'é'.repeat(40)]) {
      const expected = Buffer.from(hkdfSync('sha256', bytes, salt, purpose, 32))
      expect(new MasterSecret(bytes).derive(purpose, salt)).toEqual(expected)
    }
  },
)

test('does not follow its bytes when somebody writes over them', () => {
  const bytes = randomBytes(32)
  const secret = new MasterSecret(bytes)
  const before = secret.derive('p', Buffer.alloc(0))
  bytes.fill(0)
  expect(secret.derive('p', Buffer.alloc(0))).toEqual(before)
})
