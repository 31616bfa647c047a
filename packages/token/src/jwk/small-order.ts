// Edwards points whose order divides the cofactor verify signatures that nobody made (RFC 8032
// leaves the check to the caller). Coordinates that are not reduced are refused with them.
import type { KeyObject } from 'node:crypto'

interface EdwardsCurve {
  readonly prime: bigint
  /** The y coordinates of all points of small order. */
  readonly smallOrder: readonly bigint[]
}

const PRIME_25519 = 2n ** 255n - 19n
const PRIME_448 = 2n ** 448n - 2n ** 224n - 1n
// One root of d·y^4 + 2·y^2 - 1: the points of order 8, whose double has y = 0.
const ORDER_EIGHT = 0x05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826n

const CURVES: Record<'Ed25519' | 'Ed448', EdwardsCurve> = {
  Ed25519: {
    prime: PRIME_25519,
    smallOrder: [0n, 1n, PRIME_25519 - 1n, ORDER_EIGHT, PRIME_25519 - ORDER_EIGHT],
  },
  Ed448: { prime: PRIME_448, smallOrder: [0n, 1n, PRIME_448 - 1n] },
}

export function isSmallOrderPoint(keyObject: KeyObject, curve: 'Ed25519' | 'Ed448'): boolean {
  const { prime, smallOrder } = CURVES[curve]
  const { x = '' } = keyObject.export({ format: 'jwk' })
  const littleEndian = Buffer.from(x, 'base64url')
  const last = littleEndian.length - 1
  // The top bit is the sign of the other coordinate.
  littleEndian[last] = (littleEndian[last] ?? 0) & 0x7f
  const y = BigInt(`0x${littleEndian.reverse().toString('hex')}`)
  return y >= prime || smallOrder.includes(y)
}
