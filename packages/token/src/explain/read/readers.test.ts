// The readers against those of the platform, and where they put their finger.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HAS_VECTORS, listVectors, vectorPath } from '../../../test/vectors.ts'
import { readBase64url } from './base64url.ts'
import { readJson } from './json.ts'
import { readUtf8 } from './utf8.ts'

describe('base64url', () => {
  it('reads what Buffer writes, and nothing is wrong with it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const { bytes: read, problems } = readBase64url(Buffer.from(bytes).toString('base64url'))
        expect(Buffer.from(read)).toEqual(Buffer.from(bytes))
        expect(problems).toEqual([])
      }),
    )
  })

  it('finds a problem exactly where Buffer would spell the bytes otherwise', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'AQgwBCD_-+/= \n!é'), maxLength: 12 }),
        (text) => {
          const isCanonical = Buffer.from(text, 'base64url').toString('base64url') === text
          expect(readBase64url(text).problems.length === 0, JSON.stringify(text)).toBe(isCanonical)
        },
      ),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['AA!!AA', 'base64-character', 2, 2],
    ['AAAA==', 'base64-padding', 4, 2],
    ['A+A', 'base64-alphabet', 1, 1],
    ['AB', 'trailing-bits', 1, 1],
    ['AAAAA', 'base64-length', 4, 1],
  ])('%s: %s', (text, id, index, length) => {
    expect(readBase64url(text).problems).toContainEqual({ id, index, length })
  })

  it('knows the character of each byte, also behind characters that do not count', () => {
    expect([0, 1, 2, 3].map(readBase64url('AAAABBBB').characterOf)).toEqual([0, 1, 2, 4])
    expect([0, 1, 2, 3].map(readBase64url('AA!!AABBBB').characterOf)).toEqual([0, 1, 4, 6])
  })
})

describe('UTF-8', () => {
  it('reads what TextDecoder reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = new TextEncoder().encode(text)
        expect(readUtf8(bytes).text).toBe(
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes),
        )
        expect(readUtf8(bytes).problems).toEqual([])
      }),
    )
  })

  it('finds a problem exactly where TextDecoder does', () => {
    const byte = fc.oneof(
      fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xed, 0xa0, 0xf0, 0x90, 0xf4, 0xf5),
      fc.nat(255),
    )
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list)
        let isGood = true
        try {
          new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
        } catch {
          isGood = false
        }
        expect(readUtf8(bytes).problems.length === 0, list.join()).toBe(isGood)
      }),
      { numRuns: 5000 },
    )
  })

  it('knows the byte of each code unit', () => {
    const { text, byteOf } = readUtf8(new TextEncoder().encode('aé€😀b'))
    expect([...Array(text.length + 1).keys()].map(byteOf)).toEqual([0, 1, 3, 6, 6, 10, 11])
  })
})

describe('JSON', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.boolean(), (text, isSpaced) => {
        const written = isSpaced ? JSON.stringify(JSON.parse(text), null, 2) : text
        expect(JSON.stringify(readJson(written).root?.value)).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })

  it('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE+-tfn\\u \n'), maxLength: 8 }),
        (text) => {
          let isGood = true
          try {
            JSON.parse(text)
          } catch {
            isGood = false
          }
          expect(readJson(text).root !== null, JSON.stringify(text)).toBe(isGood)
        },
      ),
      { numRuns: 8000 },
    )
  })

  it.each([
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{"a":tru}', 5],
    ['[1 2]', 3],
    ['{"a":"\n"}', 6],
    ['{"a":"\u001f"}', 6],
    ['{"a":"\\x"}', 7],
    ['{"a":1', 6],
    ['{"a":01}', 6],
    ['{} {}', 3],
    ['', 0],
  ])('%j goes wrong at %i', (text, start) => {
    expect(readJson(text).problems).toContainEqual(
      expect.objectContaining({ id: 'json-syntax', start }),
    )
  })

  it('stops where nesting would exhaust the stack', () => {
    expect(readJson('['.repeat(1_000_000)).root).toBeNull()
    expect(readJson(`${'{"a":'.repeat(100_000)}1`).root).toBeNull()
  })

  it.skipIf(!HAS_VECTORS)('decides all of JSONTestSuite as JSON.parse does', () => {
    const files = listVectors('JSONTestSuite/test_parsing')
    expect(files).toHaveLength(318)
    for (const file of files) {
      const { text, problems } = readUtf8(
        readFileSync(vectorPath(`JSONTestSuite/test_parsing/${file}`)),
      )
      const { root } = readJson(text)
      if (file.startsWith('y_')) expect(root, file).not.toBeNull()
      if (file.startsWith('n_')) expect(root === null || problems.length > 0, file).toBe(true)
    }
  })
})
