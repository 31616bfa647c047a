// JSON (RFC 8259) read so that whatever is wrong with it has a place. Strict as the verifier is;
// unlike the verifier it goes on where it can, because a person wants to see the rest.
import type { JsonValue } from '../explanation.ts'
import { type JsonCursor, type JsonProblem, JsonSyntax, skipSpace, take } from './json-cursor.ts'
import { readNumber, readString, readWord } from './json-scalars.ts'

export interface JsonNode {
  readonly value: JsonValue
  readonly start: number
  readonly end: number
  /** Of objects; a name written twice is there twice. */
  readonly members?: readonly JsonMember[]
  /** Of lists. */
  readonly items?: readonly JsonNode[]
}

export interface JsonMember {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly node: JsonNode
}

export interface JsonReading {
  /** Null when the text is no JSON. */
  readonly root: JsonNode | null
  readonly problems: readonly JsonProblem[]
}

/** How deep verifiers of this project let objects and lists nest. */
const STRICT_DEPTH = 16
/** Where reading stops, so that no text exhausts the stack. */
const MAX_DEPTH = 100
const MAX_PROBLEMS = 20

/** Reads the text from the character at `from` on. */
export function readJson(text: string, from = 0): JsonReading {
  const problems: JsonProblem[] = []
  const cursor: JsonCursor = {
    text,
    at: from,
    tell: (problem) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem)
    },
  }
  try {
    skipSpace(cursor)
    const root = readValue(cursor, 1)
    skipSpace(cursor)
    if (cursor.at < text.length) throw new JsonSyntax(cursor.at, 'nothing more')
    return { root, problems }
  } catch (error) {
    if (!(error instanceof JsonSyntax)) throw error
    const isEnd = error.at >= text.length
    const detail = `${isEnd ? 'It ends' : 'It goes on otherwise'} where there should be ${error.message}.`
    const end = isEnd ? text.length : error.at + 1
    problems.push({ id: 'json-syntax', start: Math.min(error.at, text.length), end, detail })
    return { root: null, problems }
  }
}

function readValue(cursor: JsonCursor, depth: number): JsonNode {
  const start = cursor.at
  const character = cursor.text.charAt(start)
  if (character === '{' || character === '[') {
    checkDepth(cursor, depth)
    return character === '{' ? readObject(cursor, depth) : readList(cursor, depth)
  }
  let value: JsonValue
  if (character === '"') value = readString(cursor)
  else if (character === '-' || (character >= '0' && character <= '9')) value = readNumber(cursor)
  else value = readWord(cursor)
  return { value, start, end: cursor.at }
}

function checkDepth(cursor: JsonCursor, depth: number): void {
  if (depth > MAX_DEPTH) throw new JsonSyntax(cursor.at, `no more than ${MAX_DEPTH} levels`)
  if (depth === STRICT_DEPTH + 1) {
    const detail = `Here begins level ${depth}; ${STRICT_DEPTH} are plenty.`
    cursor.tell({ id: 'nested-deep', start: cursor.at, end: cursor.at + 1, detail })
  }
}

function readObject(cursor: JsonCursor, depth: number): JsonNode {
  const start = cursor.at
  const members: JsonMember[] = []
  const starts = new Map<string, number>()
  // Without a prototype, so that a member `__proto__` is one like any other.
  const value: Record<string, JsonValue> = Object.create(null)
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== '}') {
    for (;;) {
      const member = readMember(cursor, depth)
      const first = starts.get(member.name)
      if (first === undefined) starts.set(member.name, member.start)
      else tellDuplicate(cursor, member, first)
      members.push(member)
      value[member.name] = member.node.value
      if (cursor.text[cursor.at] === '}') break
      take(cursor, ',', 'a comma or }')
      skipSpace(cursor)
    }
  }
  cursor.at++
  return { value, start, end: cursor.at, members }
}

function readMember(cursor: JsonCursor, depth: number): JsonMember {
  const start = cursor.at
  if (cursor.text[start] !== '"') throw new JsonSyntax(start, 'a name in double quotes')
  const name = readString(cursor)
  const end = cursor.at
  if (name === '__proto__') {
    const detail = 'Code that copies members by assignment would change the prototype instead.'
    cursor.tell({ id: 'proto-member', start, end, detail })
  }
  skipSpace(cursor)
  take(cursor, ':', 'a colon')
  skipSpace(cursor)
  const node = readValue(cursor, depth + 1)
  skipSpace(cursor)
  return { name, start, end, node }
}

function tellDuplicate(cursor: JsonCursor, { start, end }: JsonMember, first: number): void {
  const detail = `The same name stands at character ${first + 1} of the JSON text already.`
  cursor.tell({ id: 'duplicate-member', start, end, detail })
}

function readList(cursor: JsonCursor, depth: number): JsonNode {
  const start = cursor.at
  const items: JsonNode[] = []
  cursor.at++
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== ']') {
    for (;;) {
      items.push(readValue(cursor, depth + 1))
      skipSpace(cursor)
      if (cursor.text[cursor.at] === ']') break
      take(cursor, ',', 'a comma or ]')
      skipSpace(cursor)
    }
  }
  cursor.at++
  return { value: items.map(({ value }) => value), start, end: cursor.at, items }
}
