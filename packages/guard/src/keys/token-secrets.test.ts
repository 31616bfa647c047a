import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { parseTokenSecrets } from './token-secrets.ts'

const one = randomBytes(32).toString('base64url')
const other = randomBytes(48).toString('base64url')

describe('parseTokenSecrets', () => {
  test('reads one or several in their order, with the line end of a file behind them', () => {
    const keys = parseTokenSecrets(`${one}, ${other}\n`).keys()
    expect(keys.map(({ kind, algorithm }) => [kind, algorithm])).toEqual([
      ['secret', 'HS256'],
      ['secret', 'HS256'],
    ])
    const [first] = parseTokenSecrets(one).keys()
    expect(keys[0]?.kid).toBe(first?.kid)
  })

  test('names each by an id that always is the same, and shows nothing of it', () => {
    const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index))
    const keys = parseTokenSecrets(bytes.toString('base64url'))
    // Authorities and services of other versions must find the same.
    expect(keys.keys().map(({ kid }) => kid)).toEqual(['_wx57_BfgPkofhSMgethcQ'])
    const shown = inspect(keys, { depth: null, showHidden: true }) + JSON.stringify(keys.keys())
    expect(shown).not.toContain(bytes.toString('base64url').slice(0, 12))
    expect(shown).not.toContain(bytes.toString('hex').slice(0, 12))
  })

  test.each([
    ['nothing', '', /secret 1 has fewer than 32 bytes/],
    ['31 bytes', randomBytes(31).toString('base64url'), /secret 1 has fewer than 32 bytes/],
    ['a comma too many', `${one},`, /secret 2 has fewer/],
    ['base64 with its padding', randomBytes(32).toString('base64'), /secret 1 is not base64url/],
    ['a password', 'correct horse battery staple, they said', /secret 1 is not base64url/],
    ['unused bits that are set', `${one.slice(0, -1)}${last(one)}`, /secret 1 is not base64url/],
    ['what stands in lists', listed(), /secret 1 stands in public lists/],
    ['one character held down', 'A'.repeat(43), /secret 1 was typed/],
    ['one twice', `${one},${other},${one}`, /secret 3 is there twice/],
    ['everything that is wrong', `x,${one},AAAA`, /secret 1 is .*; secret 3 has/],
  ])('refuses %s', (_name, text, message) => {
    expect(() => parseTokenSecrets(text)).toThrow(TypeError)
    expect(() => parseTokenSecrets(text)).toThrow(message)
    expect(() => parseTokenSecrets(text)).toThrow(/^(?!.*[\w-]{20})/)
  })

  test('refuses what is no text', () => {
    expect(() => parseTokenSecrets(Buffer.from(one) as unknown as string)).toThrow(/a text/)
  })
})

/** The last character with one of its two unused bits set: other text, the same bytes. */
function last(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(text.slice(-1)) ^ 1] ?? ''
}

/** Once somebody's, and since then in public lists. */
function listed(): string {
  return Buffer.from('#$Vby8o5ey+vbaio7vzw63v)273eyowhsukdt36iwu').toString('base64url')
}
