// What the functions that read JSON share.

const SPACES = ' \t\n\r'

export interface JsonProblem {
  readonly id:
    | 'json-syntax'
    | 'duplicate-member'
    | 'proto-member'
    | 'lone-surrogate'
    | 'nested-deep'
    | 'number-range'
    | 'number-inexact'
  readonly start: number
  readonly end: number
  readonly detail: string
}

/** What the functions of this reader share; `at` is the next character. */
export interface JsonCursor {
  readonly text: string
  at: number
  tell(problem: JsonProblem): void
}

/** A text that is no JSON; caught by `readJson` alone. */
export class JsonSyntax extends Error {
  readonly at: number
  constructor(at: number, expected: string) {
    super(expected)
    this.at = at
  }
}

export function skipSpace(cursor: JsonCursor): void {
  while (SPACES.includes(cursor.text[cursor.at] ?? '-')) cursor.at++
}

export function take(cursor: JsonCursor, character: string, name: string): void {
  if (cursor.text[cursor.at] !== character) throw new JsonSyntax(cursor.at, name)
  cursor.at++
}
