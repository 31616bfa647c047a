// What of a signature can be judged without a key. BigInt would do as well; bytes are enough.

/** Orders of the groups: r and s lie between zero and them (FIPS 186-5 6.4, RFC 8032 5.1.7). */
const ORDERS: ReadonlyMap<string, string> = new Map([
  ['ES256', 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'],
  ['ES256K', 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141'],
  [
    'ES384',
    'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  ],
  [
    'ES512',
    '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  ],
])
const ORDER_25519 = '1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed'
const ORDER_448 =
  '3fffffffffffffffffffffffffffffffffffffffffffffffffffffff7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3'

/** Whether a number in it is zero or too large, as no signer makes it. */
export function hasImpossibleNumber(alg: string, signature: Uint8Array): boolean {
  const half = signature.length / 2
  const first = hexOf(signature.subarray(0, half))
  const second = hexOf(signature.subarray(half))
  const order = ORDERS.get(alg)
  if (order !== undefined)
    return [first, second].some((number) => isZero(number) || number >= order)
  // Little endian, and R before it is a point.
  const s = hexOf(signature.subarray(half).toReversed())
  if (signature.length === 64) return s >= ORDER_25519
  return signature.length === 114 && s.slice(2) >= ORDER_448
}

function isZero(hex: string): boolean {
  return /^0*$/.test(hex)
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** SEQUENCE of two INTEGERs and nothing behind, as OpenSSL and Java write it. */
export function isDerSignature(signature: Uint8Array): boolean {
  const [tag, first = 0] = signature
  if (tag !== 0x30) return false
  const head = first === 0x81 ? 3 : 2
  const length = first === 0x81 ? (signature[2] ?? 0) : first
  if (head + length !== signature.length || signature[head] !== 0x02) return false
  const next = head + 2 + (signature[head + 1] ?? 0)
  return signature[next] === 0x02 && next + 2 + (signature[next + 1] ?? 0) === signature.length
}
