import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeBase64url, encodeBase64url, isBase64url, writeBase64url } from './base64url.ts'

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

  it('writes what it reads, whatever the length', () => {
    for (let length = 0; length <= 200; length++) {
      const bytes = Buffer.alloc(length, 'Ꞔÿ>?')
      const target = Buffer.alloc(length + 1, 0xee)
      expect(writeBase64url(encodeBase64url(bytes), target)).toBe(length)
      expect(target).toEqual(Buffer.concat([bytes, Buffer.of(0xee)]))
    }
  })

  it('writes nothing for a second spelling, wherever in the text it differs', () => {
    const target = Buffer.alloc(200)
    for (const length of [1, 2, 3, 4, 63, 64, 65, 127, 128, 129, 130, 131, 132, 193]) {
      for (let position = 0; position < length; position++) {
        for (const foreign of ['+', '/', '=', '.', ' ', '\n', '\0', 'B', '\x7f']) {
          const text = `${'A'.repeat(position)}${foreign}${'A'.repeat(length - position - 1)}`
          expect(writeBase64url(text, target) >= 0, JSON.stringify(text)).toBe(isBase64url(text))
        }
      }
    }
  })
})
