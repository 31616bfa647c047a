// JWS carries r and s side by side (RFC 7518 3.4); OpenSSL wants them in DER. Converting here
// costs a third of a microsecond, where asking node:crypto for it costs up to half a verification
// on newer versions. It makes no views and no objects: they would cost more than the bytes.

const SEQUENCE = 0x30
const INTEGER = 0x02
const LONG_LENGTH = 0x81

/** The DER form of `r ‖ s`, each half of the signature as a minimal non-negative INTEGER. */
export function toDer(signature: Uint8Array): Buffer {
  const half = signature.length / 2
  let r = firstDigit(signature, 0)
  let s = firstDigit(signature, half)
  const rLength = half - r + signByte(signature, r)
  const sLength = signature.length - s + signByte(signature, s)
  const bodyLength = 4 + rLength + sLength
  const headLength = bodyLength > 0x7f ? 3 : 2
  const der = Buffer.allocUnsafe(headLength + bodyLength)
  der[0] = SEQUENCE
  if (bodyLength > 0x7f) der[1] = LONG_LENGTH
  der[headLength - 1] = bodyLength
  let next = headLength
  der[next++] = INTEGER
  der[next++] = rLength
  if (signByte(signature, r) === 1) der[next++] = 0
  while (r < half) der[next++] = signature[r++] as number
  der[next++] = INTEGER
  der[next++] = sLength
  if (signByte(signature, s) === 1) der[next++] = 0
  while (s < signature.length) der[next++] = signature[s++] as number
  return der
}

/**
 * Writes `r ‖ s` to the whole of `signature` from what OpenSSL made, which is nothing but minimal
 * DER of numbers that fit.
 */
export function fromDer(der: Uint8Array, signature: Uint8Array): void {
  const half = signature.length / 2
  let next = der[1] === LONG_LENGTH ? 3 : 2
  for (let start = 0; start < signature.length; start += half) {
    const first = next + 2
    next = first + (der[next + 1] as number)
    // From the end: what is missing in front are zeros, and a zero too many is left out.
    for (let index = start + half - 1, digit = next - 1; index >= start; index--, digit--) {
      signature[index] = digit >= first ? (der[digit] as number) : 0
    }
  }
}

/** Where the number in the half that begins at `start` has its first byte that is not zero. */
function firstDigit(signature: Uint8Array, start: number): number {
  const last = start + signature.length / 2 - 1
  let index = start
  while (index < last && signature[index] === 0) index++
  return index
}

/** How many zero bytes keep a number that begins so from being negative. */
function signByte(signature: Uint8Array, first: number): 0 | 1 {
  return (signature[first] as number) > 0x7f ? 1 : 0
}
