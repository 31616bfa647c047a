import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64url, encodeBase64url, isBase64url } from './base64url.ts'

describe('base64url', () => {
  it('returns the bytes it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(decodeBase64url(encodeBase64url(bytes))).toEqual(Buffer.from(bytes))
      }),
    )
  })

  it('accepts exactly the texts that encoding makes, of all texts of one to three characters', () => {
    const characters = Array.from({ length: 384 }, (_, code) => String.fromCharCode(code))
    const spelling = (text: string) => Buffer.from(text, 'base64url').toString('base64url')
    for (const first of ['A', 'Q', '_', '-', '+', 'Ł']) {
      for (const second of ['', ...characters]) {
        for (const third of second === '' ? [''] : ['', 'A', 'E', 'B', '=', '\n']) {
          const text = first + second + third
          expect(isBase64url(text), JSON.stringify(text)).toBe(spelling(text) === text)
        }
      }
    }
  })

  it.each(['Zg==', 'Zg=', 'Zh', 'Zm9=', 'Zm9v\n', ' Zm9v', 'Zm+v', 'Zm/v', 'Z', 'Ŵm9v', 'Zm9v\0'])(
    'refuses %j',
    (text) => {
      expect(decodeBase64url(text)).toBeNull()
    },
  )

  it('reads the empty text as no bytes', () => {
    expect(decodeBase64url('')).toEqual(Buffer.alloc(0))
  })
})
