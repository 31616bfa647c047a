// JSON as a security format: one reading only. JSON.parse does the parsing; around it stand the
// things it lets pass, each of which makes two parsers see two different texts.
import { isUtf8 } from 'node:buffer'
import { shortestLength } from './shortest-length.ts'

/** How deep objects and arrays may nest, the outermost one counted. */
const MAX_DEPTH = 16

const LONE_SURROGATE = /\p{Surrogate}/u
const REPLACEMENT = '\ufffd'

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** What is wrong with a JSON text, in words of ours that repeat nothing of it. */
export class JsonProblem extends Error {}

/**
 * The object that the first `length` bytes spell. Refuses invalid UTF-8, a byte order mark,
 * duplicate members (also when one is spelled with escapes), a member `__proto__`, lone
 * surrogates, nesting deeper than 16, and anything whose outermost value is not an object.
 *
 * @throws JsonProblem
 */
export function parseJsonObject(bytes: Buffer, length = bytes.length): Record<string, unknown> {
  // The encoding left out is UTF-8, and cheaper than looking its name up.
  const text = bytes.toString(undefined, 0, length)
  // The decoder replaces what it cannot read; only then is it worth asking which it was.
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(0, length))) {
    throw new JsonProblem('not UTF-8')
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's message quotes the text.
    throw new JsonProblem('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonProblem('not an object')
  }
  // Nearly every token is written without a spare character, and then its length proves it.
  if (shortestLength(value, MAX_DEPTH) !== text.length) checkOneReading(text, value)
  return value as Record<string, unknown>
}

/** The full check, for texts with spaces, escapes, odd numbers, or something to hide. */
function checkOneReading(text: string, value: object): void {
  const { members, hasEscape } = scan(text)
  if (countMembers(value) !== members) throw new JsonProblem('duplicate member')
  if (hasEscape) checkSurrogates(value)
}

/**
 * Counts the members of a valid text without building anything: every colon outside a string.
 *
 * @throws JsonProblem when it nests too deeply, before anything recurses into the value.
 */
function scan(text: string): { readonly members: number; readonly hasEscape: boolean } {
  let members = 0
  let depth = 0
  let hasEscape = false
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) {
      for (index++; index < text.length; index++) {
        const inner = text.charCodeAt(index)
        if (inner === QUOTE) break
        if (inner === BACKSLASH) {
          hasEscape = true
          index++
        }
      }
    } else if (code === COLON) {
      members++
    } else if ((code | 0x20) === 0x7b) {
      // { and [ differ in that one bit, and so do } and ].
      if (++depth > MAX_DEPTH) throw new JsonProblem('nested too deeply')
    } else if ((code | 0x20) === 0x7d) {
      depth--
    }
  }
  return { members, hasEscape }
}

/** How many members all objects in a parsed value have together: duplicates count once. */
function countMembers(value: object): number {
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'object' && item !== null) count += countMembers(item)
    }
    return count
  }
  for (const [name, item] of Object.entries(value)) {
    if (name === '__proto__') throw new JsonProblem('member __proto__')
    count++
    if (typeof item === 'object' && item !== null) count += countMembers(item)
  }
  return count
}

function checkSurrogates(value: unknown): void {
  if (typeof value === 'string') {
    if (LONE_SURROGATE.test(value)) throw new JsonProblem('lone surrogate')
  } else if (Array.isArray(value)) {
    for (const item of value) checkSurrogates(item)
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      checkSurrogates(name)
      checkSurrogates(item)
    }
  }
}
