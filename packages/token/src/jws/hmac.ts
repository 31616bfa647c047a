// HMAC (RFC 2104) as two hashes over prepared pads: a third of the price of a `createHmac` for
// every token. The hash itself is node:crypto's.
import { hash } from 'node:crypto'
import { getScratch, SCRATCH_START, scratchView } from '../bytes/scratch.ts'
import type { HmacSpec } from './algorithms.ts'

const INNER = 0x36
const OUTER = 0x5c

export interface HmacPads {
  readonly hash: HmacSpec['hash']
  readonly blockBytes: number
  readonly inner: Buffer
  /** The outer pad, and behind it room for the inner hash. */
  readonly outer: Buffer
}

/** As secret as the secret itself. */
export function createHmacPads(spec: HmacSpec, secret: Buffer): HmacPads {
  const key = secret.length > spec.blockBytes ? hash(spec.hash, secret, 'buffer') : secret
  const block = Buffer.alloc(spec.blockBytes)
  key.copy(block)
  return {
    hash: spec.hash,
    blockBytes: spec.blockBytes,
    inner: Buffer.from(block.map((byte) => byte ^ INNER)),
    outer: Buffer.concat([block.map((byte) => byte ^ OUTER), Buffer.alloc(spec.hashBytes)]),
  }
}

/** The MAC, in base64url, of the `length` bytes that lie at the start of the scratch. */
export function macOfScratch(pads: HmacPads, length: number): string {
  const { outer, blockBytes } = pads
  const start = SCRATCH_START - blockBytes
  getScratch().set(pads.inner, start)
  // As text, because Node makes a string several times cheaper than a Buffer.
  const inner = hash(pads.hash, scratchView(start, length), 'binary')
  for (let index = 0; index < inner.length; index++) {
    outer[blockBytes + index] = inner.charCodeAt(index)
  }
  return hash(pads.hash, outer, 'base64url')
}
