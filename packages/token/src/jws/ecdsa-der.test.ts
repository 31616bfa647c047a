import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromDer, toDer } from './ecdsa-der.ts'

// r and s as OpenSSL would write them, by way of hexadecimal numbers.
function derOf(numbers: readonly Buffer[]): Buffer {
  const integers = numbers.map((bytes) => {
    const digits = BigInt(`0x${bytes.toString('hex')}`).toString(16)
    const even = digits.length % 2 === 0 ? digits : `0${digits}`
    const value = Buffer.from(
      Number.parseInt(even.slice(0, 2), 16) > 127 ? `00${even}` : even,
      'hex',
    )
    return Buffer.from([0x02, value.length, ...value])
  })
  const body = Buffer.concat(integers)
  return Buffer.from([0x30, ...(body.length > 127 ? [0x81] : []), body.length, ...body])
}

// Of any size, so that leading zeros are as frequent as they are rare in real signatures.
const halves = (bytes: number) => {
  const number = fc
    .tuple(fc.nat(bytes), fc.uint8Array({ minLength: bytes, maxLength: bytes }))
    .map(([zeros, digits]) => Buffer.from(digits).fill(0, 0, zeros))
  return fc.tuple(number, number)
}

describe.each([32, 48, 66])('coordinates of %i bytes', (bytes) => {
  it('become the DER of the same numbers', () => {
    fc.assert(
      fc.property(halves(bytes), (numbers) => {
        expect(toDer(Buffer.concat(numbers))).toEqual(derOf(numbers))
      }),
    )
  })

  it('come out of DER as they went in, whatever lay there before', () => {
    fc.assert(
      fc.property(halves(bytes), (numbers) => {
        const signature = Buffer.alloc(2 * bytes, 0xee)
        fromDer(derOf(numbers), signature)
        expect(signature).toEqual(Buffer.concat(numbers))
      }),
    )
  })
})
