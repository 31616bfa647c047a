export interface Utf8Reading {
  /** Bytes that are not UTF-8 are U+FFFD in it. */
  readonly text: string
  /** Byte ranges that are not UTF-8, the first few. */
  readonly problems: readonly { readonly byte: number; readonly length: number }[]
  /** The byte that begins the UTF-16 code unit at `index`. */
  byteOf(index: number): number
}

const REPLACEMENT = 0xfffd
const MAX_PROBLEMS = 10
// A call takes its arguments from the stack.
const CHUNK = 8192

/** Decoded by hand, because the decoders of the platforms tell no places, and not all have one. */
export function readUtf8(bytes: Uint8Array): Utf8Reading {
  const units = new Uint16Array(bytes.length)
  const starts = new Uint32Array(bytes.length)
  const problems: { byte: number; length: number }[] = []
  let count = 0
  for (let byte = 0; byte < bytes.length; ) {
    const { codePoint, length } = readCodePoint(bytes, byte)
    if (codePoint < 0) tell(problems, { byte, length })
    const unit = codePoint < 0 ? REPLACEMENT : codePoint
    starts[count] = byte
    if (unit > 0xffff) {
      units[count++] = 0xd7c0 + (unit >> 10)
      starts[count] = byte
      units[count++] = 0xdc00 + (unit & 0x3ff)
    } else {
      units[count++] = unit
    }
    byte += length
  }
  return {
    text: textOf(units.subarray(0, count)),
    problems,
    byteOf: (index) => (index < count ? (starts[index] ?? 0) : bytes.length),
  }
}

/** -1 for bytes that begin no code point: overlong forms and surrogates are none (RFC 3629 3). */
function readCodePoint(bytes: Uint8Array, at: number): { codePoint: number; length: number } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { codePoint: first, length: 1 }
  const following = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
  if (first < 0xc2 || first > 0xf4) return { codePoint: -1, length: 1 }
  let codePoint = first & (0x3f >> following)
  for (let step = 1; step <= following; step++) {
    const next = bytes[at + step] ?? 0
    if ((next & 0xc0) !== 0x80) return { codePoint: -1, length: step }
    codePoint = (codePoint << 6) | (next & 0x3f)
  }
  const least = [0, 0x80, 0x800, 0x10000][following] ?? 0
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff
  const isBad = codePoint < least || codePoint > 0x10ffff || isSurrogate
  return { codePoint: isBad ? -1 : codePoint, length: isBad ? 1 : following + 1 }
}

function tell(
  problems: { byte: number; length: number }[],
  problem: { byte: number; length: number },
): void {
  const last = problems.at(-1)
  if (last !== undefined && last.byte + last.length === problem.byte) last.length += problem.length
  else if (problems.length < MAX_PROBLEMS) problems.push(problem)
}

function textOf(units: Uint16Array): string {
  let text = ''
  for (let at = 0; at < units.length; at += CHUNK) {
    text += String.fromCharCode(...units.subarray(at, at + CHUNK))
  }
  return text
}
