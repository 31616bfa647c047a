// JSON as a security format: one reading only. JSON.parse does the parsing; around it stand the
// things it lets pass, each of which makes two parsers see two different texts.
import { isUtf8 } from 'node:buffer'

/** How deep objects and arrays may nest, the outermost one counted. */
const MAX_DEPTH = 16

const LONE_SURROGATE = /\p{Surrogate}/u

const QUOTE = 0x22
const COLON = 0x3a
const BACKSLASH = 0x5c

/** What is wrong with a JSON text, in words of ours that repeat nothing of it. */
export class JsonProblem extends Error {}

/**
 * The object that the bytes spell. Refuses invalid UTF-8, a byte order mark, duplicate members
 * (also when one is spelled with escapes), a member `__proto__`, lone surrogates, nesting deeper
 * than 16, and anything whose outermost value is not an object.
 *
 * @throws JsonProblem
 */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new JsonProblem('not UTF-8')
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
  let value: unknown
  const shape = scan(text)
  try {
    value = JSON.parse(text)
  } catch {
    // The engine's message quotes the text.
    throw new JsonProblem('not JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new JsonProblem('not an object')
  }
  if (countMembers(value) !== shape.members) throw new JsonProblem('duplicate member')
  if (shape.hasEscape) checkSurrogates(value)
  return value as Record<string, unknown>
}

interface Shape {
  readonly members: number
  readonly hasEscape: boolean
}

/**
 * Counts the members of a text without building anything. Every colon outside a string is one
 * member in valid JSON; what is not valid JSON is for JSON.parse to say.
 *
 * @throws JsonProblem when it nests too deeply, before any parser recurses into it.
 */
function scan(text: string): Shape {
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
