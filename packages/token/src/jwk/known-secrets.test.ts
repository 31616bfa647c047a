import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { HAS_VECTORS, readVectors } from '../../test/vectors.ts'
import { KeyError } from '../errors.ts'
import { secretKey } from './import.ts'

// 312,000 imports are some ten seconds of processor, and a busy machine has less of it to give.
const TIMEOUT_MS = 180_000

it.skipIf(!HAS_VECTORS)(
  'A17 refuses every known secret, under every HMAC algorithm',
  () => {
    const secrets = readVectors('jwt-secrets/jwt.secrets.list').toString('latin1').split(/\r?\n/)
    if (secrets.at(-1) === '') secrets.pop()
    const accepted: string[] = []
    const codes = new Map<string, number>()
    for (const secret of secrets) {
      for (const algorithm of ['HS256', 'HS384', 'HS512'] as const) {
        const code = refusal(() => secretKey(Buffer.from(secret, 'latin1'), { algorithm }))
        if (code === null) accepted.push(`${algorithm} ${secret}`)
        else codes.set(code, (codes.get(code) ?? 0) + 1)
      }
    }
    expect(secrets.length).toBeGreaterThanOrEqual(103_979)
    expect(accepted).toEqual([])
    // Both reasons occur: neither half of the defence is idle.
    expect([...codes.keys()].sort()).toEqual(['key_too_small', 'key_weak'])
  },
  TIMEOUT_MS,
)

it.each([
  ['a line of it', Buffer.from('#$Vby8o5ey+vbaio7vzw63v)273eyowhsukdt36iwu')],
  [
    'what a line of base64 stands for',
    Buffer.from('68V0zWFrS72GbpPreidkQFLfj4v9m3Ti+DXc8OB0gcM=', 'base64'),
  ],
])('A17 refuses %s, whatever ends the lines of the list', (_name, secret) => {
  expect(refusal(() => secretKey(secret, { algorithm: 'HS256' }))).toBe('key_weak')
})

it('accepts random secrets', () => {
  for (let round = 0; round < 500; round++) {
    expect(secretKey(randomBytes(32), { algorithm: 'HS256' }).kind).toBe('secret')
  }
})

function refusal(act: () => unknown): string | null {
  try {
    act()
    return null
  } catch (error) {
    if (error instanceof KeyError) return error.code
    throw error
  }
}
