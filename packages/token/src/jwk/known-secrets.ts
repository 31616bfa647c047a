import { hash } from 'node:crypto'
import { HASH_BYTES, KNOWN_SECRET_HASHES } from './known-secret-hashes.ts'

let known: ReadonlySet<number> | null = null

/**
 * Whether a secret stands in lists that attackers try first. With 40 bits of hash a random secret
 * is mistaken for one about once in 500 million.
 */
export function isKnownSecret(secret: Uint8Array): boolean {
  known ??= readHashes()
  return known.has(shortHash(hash('sha256', secret, 'buffer'), 0))
}

function readHashes(): ReadonlySet<number> {
  const bytes = Buffer.from(KNOWN_SECRET_HASHES, 'base64')
  const hashes = new Set<number>()
  for (let start = 0; start < bytes.length; start += HASH_BYTES) hashes.add(shortHash(bytes, start))
  return hashes
}

function shortHash(bytes: Buffer, start: number): number {
  return bytes.readUIntBE(start, HASH_BYTES)
}
