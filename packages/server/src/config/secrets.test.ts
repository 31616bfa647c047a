import { createHash } from 'node:crypto'
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
