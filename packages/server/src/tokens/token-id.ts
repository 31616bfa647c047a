import { randomBytes } from 'node:crypto'

const BYTES = 16
/** Asking the generator takes as long for many as for one. Ids are no secrets, so they may wait. */
const IDS_AT_ONCE = 256

let random = randomBytes(0)
let used = 0

/** A `jti`: 128 random bits. */
export function createTokenId(): string {
  if (used === random.length) {
    random = randomBytes(BYTES * IDS_AT_ONCE)
    used = 0
  }
  used += BYTES
  return random.toString('base64url', used - BYTES, used)
}
