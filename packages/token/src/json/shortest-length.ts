/**
 * The length of the shortest JSON text that can mean this parsed value, or NaN where that is not
 * worth finding out: a number that could be written shorter with an exponent, a member
 * `__proto__`, nesting beyond `maxDepth`.
 *
 * A text of exactly this length has no room for a duplicate member, a space or an escape, so
 * comparing two numbers replaces scanning the text. Spaces, escapes and longer spellings of
 * numbers only ever make a text longer than this.
 */
export function shortestLength(value: object, maxDepth: number): number {
  if (maxDepth === 0) return Number.NaN
  return Array.isArray(value) ? lengthOfList(value, maxDepth) : lengthOfObject(value, maxDepth)
}

function lengthOfList(list: readonly unknown[], maxDepth: number): number {
  // The brackets, and a comma behind each item but the last.
  let length = list.length === 0 ? 2 : 1 + list.length
  for (let index = 0; index < list.length; index++) length += lengthOfValue(list[index], maxDepth)
  return length
}

function lengthOfObject(value: object, maxDepth: number): number {
  const members = value as Readonly<Record<string, unknown>>
  let length = 1
  // Inherited names would only add to the length, and so to the care taken.
  for (const name in members) {
    if (name === '__proto__') return Number.NaN
    // Two quotes, a colon, and a comma or the closing brace.
    length += name.length + 4 + lengthOfValue(members[name], maxDepth)
  }
  return length === 1 ? 2 : length
}

function lengthOfValue(value: unknown, maxDepth: number): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2
    case 'number':
      return lengthOfNumber(value)
    case 'boolean':
      return value ? 4 : 5
    default:
      return value === null ? 4 : shortestLength(value as object, maxDepth - 1)
  }
}

/** Digits of a whole number; with three zeros at its end an exponent would be shorter. */
function lengthOfNumber(value: number): number {
  if (value < 10 && value >= 0 && Number.isInteger(value)) return 1
  if (!(value < 1e15 && value > 0) || value % 1000 === 0 || !Number.isInteger(value)) {
    return Number.NaN
  }
  let digits = 1
  for (let power = 10; power <= value; power *= 10) digits++
  return digits
}
