export interface Base64urlProblem {
  readonly id:
    | 'base64-character'
    | 'base64-alphabet'
    | 'base64-padding'
    | 'base64-length'
    | 'trailing-bits'
  readonly index: number
  readonly length: number
}

export interface Base64urlReading {
  readonly bytes: Uint8Array
  readonly problems: readonly Base64urlProblem[]
  /** Where in the text the character is that begins the byte. */
  characterOf(byte: number): number
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const PADDING = 0x3d
const FOREIGN = 255
// Every broken run is told; a text of nothing else would be told a million times.
const MAX_PROBLEMS = 10
// Of the last character, by how many characters the last group has.
const UNUSED_BITS = [0, 0, 15, 3]

const digits = new Uint8Array(128).fill(FOREIGN)
for (let value = 0; value < 64; value++) digits[ALPHABET.charCodeAt(value)] = value
// The other alphabet (RFC 4648 4), told as a problem and read all the same.
digits[0x2b] = 62
digits[0x2f] = 63

/**
 * The bytes of a text that should be canonical base64url (RFC 4648 5), read as far as anybody
 * could: what does not belong is told and left out.
 */
export function readBase64url(text: string): Base64urlReading {
  const problems: Base64urlProblem[] = []
  const end = endWithoutPadding(text)
  const values = new Uint8Array(end)
  // Only needed when characters are left out.
  let kept: number[] | null = null
  let count = 0
  for (let index = 0; index < end; index++) {
    const code = text.charCodeAt(index)
    const value = code < 128 ? (digits[code] ?? FOREIGN) : FOREIGN
    if (value === FOREIGN) {
      kept ??= Array.from({ length: index }, (_, before) => before)
      tell(problems, { id: 'base64-character', index, length: 1 })
      continue
    }
    if (code === 0x2b || code === 0x2f) tell(problems, { id: 'base64-alphabet', index, length: 1 })
    values[count++] = value
    kept?.push(index)
  }
  const characterOf = (byte: number) => {
    const position = Math.floor((byte * 4) / 3)
    return kept === null ? position : (kept[position] ?? end)
  }
  const last = Math.max(0, end - 1)
  if (count % 4 === 1) {
    tell(problems, { id: 'base64-length', index: last, length: end - last })
  } else if (((values[count - 1] ?? 0) & (UNUSED_BITS[count % 4] ?? 0)) !== 0) {
    tell(problems, { id: 'trailing-bits', index: last, length: 1 })
  }
  if (end < text.length) {
    tell(problems, { id: 'base64-padding', index: end, length: text.length - end })
  }
  return { bytes: bytesOf(values, count), problems, characterOf }
}

function endWithoutPadding(text: string): number {
  let end = text.length
  while (end > 0 && text.charCodeAt(end - 1) === PADDING) end--
  return end
}

/** Neighbours of one kind are one problem. */
function tell(problems: Base64urlProblem[], problem: Base64urlProblem): void {
  const last = problems.at(-1)
  if (last?.id === problem.id && last.index + last.length === problem.index) {
    problems[problems.length - 1] = { ...last, length: last.length + problem.length }
  } else if (problems.length < MAX_PROBLEMS) {
    problems.push(problem)
  }
}

function bytesOf(values: Uint8Array, count: number): Uint8Array {
  const bytes = new Uint8Array(Math.floor((count * 3) / 4))
  for (let from = 0, to = 0; to < bytes.length; from += 4) {
    const [a = 0, b = 0, c = 0, d = 0] = values.subarray(from, from + 4)
    const group = (a << 18) | (b << 12) | (c << 6) | d
    for (let shift = 16; shift >= 0 && to < bytes.length; shift -= 8) bytes[to++] = group >> shift
  }
  return bytes
}
