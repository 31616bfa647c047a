import { type JsonCursor, JsonSyntax } from './json-cursor.ts'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])
const LONE_SURROGATE = /\p{Surrogate}/u
const HEX_DIGITS = /^[0-9a-fA-F]{4}$/
const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const

export function readString(cursor: JsonCursor): string {
  const { text } = cursor
  const start = cursor.at
  let value = ''
  let from = start + 1
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (Number.isNaN(code)) throw new JsonSyntax(at, 'a closing quote')
    if (code < 0x20) throw new JsonSyntax(at, 'no bare control character in a text')
    if (code === 0x22) {
      cursor.at = at + 1
      value += text.slice(from, at)
      tellSurrogates(cursor, { value, start })
      return value
    }
    if (code === 0x5c) {
      const escaped = readEscape(text, at + 1)
      value += text.slice(from, at) + escaped.character
      at += escaped.length
      from = at + 1
    }
  }
}

/** What stands behind a backslash. */
function readEscape(text: string, at: number): { character: string; length: number } {
  const character = text.charAt(at)
  const plain = ESCAPES.get(character)
  if (plain !== undefined) return { character: plain, length: 1 }
  if (character !== 'u') throw new JsonSyntax(at, 'one of "\\/bfnrtu behind a backslash')
  const digits = text.slice(at + 1, at + 5)
  if (!HEX_DIGITS.test(digits)) throw new JsonSyntax(at + 1, 'four hexadecimal digits')
  return { character: String.fromCharCode(Number.parseInt(digits, 16)), length: 5 }
}

function tellSurrogates(cursor: JsonCursor, { value, start }: { value: string; start: number }) {
  if (!LONE_SURROGATE.test(value)) return
  const detail = 'Half of a pair of code units, which is no character.'
  cursor.tell({ id: 'lone-surrogate', start, end: cursor.at, detail })
}

/**
 * A number beyond all doubles becomes the largest or smallest of them; one between two doubles is
 * given as it is written, for readers disagree about what it is.
 */
export function readNumber(cursor: JsonCursor): number | string {
  const { text } = cursor
  const start = cursor.at
  if (text[cursor.at] === '-') cursor.at++
  if (text[cursor.at] === '0') cursor.at++
  else skipDigits(cursor)
  if (text[cursor.at] === '.') {
    cursor.at++
    skipDigits(cursor)
  }
  if (text[cursor.at] === 'e' || text[cursor.at] === 'E') {
    cursor.at++
    if (text[cursor.at] === '+' || text[cursor.at] === '-') cursor.at++
    skipDigits(cursor)
  }
  const written = text.slice(start, cursor.at)
  const value = Number(written)
  if (Number.isFinite(value)) {
    if (decimalOf(written) === decimalOf(String(value))) return value
    const detail = 'A double holds only a neighbour of it: another reader sees another number.'
    cursor.tell({ id: 'number-inexact', start, end: cursor.at, detail })
    return written
  }
  const detail = 'It is beyond what a double holds; parsers make infinity or an error of it.'
  cursor.tell({ id: 'number-range', start, end: cursor.at, detail })
  return Math.sign(value) * Number.MAX_VALUE
}

/** The same for `1`, `1.0` and `10e-1`: digits without zeros around, and where the point is. */
function decimalOf(written: string): string {
  const [mantissa = '', exponent = '0'] = written.toLowerCase().replace(/^-/, '').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = whole + fraction
  const first = digits.search(/[1-9]/)
  if (first < 0) return '0'
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return `${digits.slice(first, end)}e${Number(exponent) + whole.length - first}`
}

function skipDigits(cursor: JsonCursor): void {
  const start = cursor.at
  for (;;) {
    const code = cursor.text.charCodeAt(cursor.at)
    if (!(code >= 0x30 && code <= 0x39)) break
    cursor.at++
  }
  if (cursor.at === start) throw new JsonSyntax(start, 'a digit')
}

export function readWord(cursor: JsonCursor): boolean | null {
  for (const [word, value] of WORDS) {
    if (cursor.text.startsWith(word, cursor.at)) {
      cursor.at += word.length
      return value
    }
  }
  throw new JsonSyntax(cursor.at, 'a value')
}
