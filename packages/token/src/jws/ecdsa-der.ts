// JWS carries r and s side by side (RFC 7518 3.4); OpenSSL wants them in DER. Converting here
// costs nanoseconds, where asking node:crypto for it costs up to half a verification on newer
// versions.

const SEQUENCE = 0x30
const INTEGER = 0x02
const LONG_LENGTH = 0x81

/** The DER form of `r ‖ s`, each half of the signature as a minimal non-negative INTEGER. */
export function toDer(signature: Uint8Array): Buffer {
  const half = signature.length / 2
  const r = integerRange(signature, 0, half)
  const s = integerRange(signature, half, signature.length)
  const bodyLength = 4 + r.length + s.length
  const headLength = bodyLength > 0x7f ? 3 : 2
  const der = Buffer.allocUnsafe(headLength + bodyLength)
  der[0] = SEQUENCE
  if (bodyLength > 0x7f) der[1] = LONG_LENGTH
  der[headLength - 1] = bodyLength
  const next = writeInteger(der, headLength, { signature, ...r })
  writeInteger(der, next, { signature, ...s })
  return der
}

/** `r ‖ s` from what OpenSSL made; it writes nothing but short, minimal DER. */
export function fromDer(der: Uint8Array, coordinateBytes: number): Buffer {
  const signature = Buffer.alloc(2 * coordinateBytes)
  let position = der[1] === LONG_LENGTH ? 3 : 2
  for (const end of [coordinateBytes, 2 * coordinateBytes]) {
    const length = der[position + 1] ?? 0
    const digits = der.subarray(position + 2, position + 2 + length)
    const value = digits[0] === 0 ? digits.subarray(1) : digits
    signature.set(value, end - value.length)
    position += 2 + length
  }
  return signature
}

interface IntegerRange {
  readonly start: number
  /** With the zero byte that keeps a number whose top bit is set from being negative. */
  readonly length: number
  readonly end: number
}

function integerRange(signature: Uint8Array, from: number, end: number): IntegerRange {
  let start = from
  while (start < end - 1 && signature[start] === 0) start++
  const isPadded = (signature[start] ?? 0) > 0x7f
  return { start, end, length: end - start + (isPadded ? 1 : 0) }
}

function writeInteger(
  der: Buffer,
  position: number,
  { signature, start, end, length }: IntegerRange & { signature: Uint8Array },
): number {
  der[position] = INTEGER
  der[position + 1] = length
  let next = position + 2
  if (length > end - start) der[next++] = 0
  for (let index = start; index < end; index++) der[next++] = signature[index] ?? 0
  return next
}
