// The one place where a token lies as bytes while it is being verified or signed. Verification is
// synchronous from the first byte to the last, so one buffer serves all; nothing may keep a view
// of it across a call that could verify another token.

/** Room in front of the token for the pad of an HMAC: the longest block of the hashes used. */
export const SCRATCH_START = 128
/** The largest token that any option allows. */
export const MAX_TOKEN_BYTES = 65_536

// Room behind the largest token for a character of UTF-8, so that a text that is not ASCII never
// ends, cut off, at its own length.
const LONGEST_CHARACTER = 4

const scratch = Buffer.alloc(SCRATCH_START + MAX_TOKEN_BYTES + LONGEST_CHARACTER)
// The same memory four bytes at a time; SCRATCH_START is a multiple of four.
const scratchWords = new Uint32Array(scratch.buffer, scratch.byteOffset, scratch.length >>> 2)

export function getScratch(): Buffer {
  return scratch
}

const textRoom = scratch.subarray(SCRATCH_START)

/**
 * Lays the text, of at most `MAX_TOKEN_BYTES` characters, down at `SCRATCH_START`. False when it is
 * not ASCII throughout, which UTF-8 shows by its length; a latin1 write would turn U+0141 into the
 * "A" of another, good token.
 */
export function writeAscii(text: string): boolean {
  return textRoom.write(text) === text.length
}

// Tokens of one issuer come in few lengths, and making a view costs as much as hashing 100 bytes.
const MAX_REMEMBERED_VIEW = 1024
const viewsByStart = new Map<number, Buffer[]>()

/** The scratch from `start` to `length` bytes behind `SCRATCH_START`. */
export function scratchView(start: number, length: number): Buffer {
  if (length > MAX_REMEMBERED_VIEW) return scratch.subarray(start, SCRATCH_START + length)
  let views = viewsByStart.get(start)
  if (views === undefined) {
    views = []
    viewsByStart.set(start, views)
  }
  const known = views[length]
  if (known !== undefined) return known
  const view = scratch.subarray(start, SCRATCH_START + length)
  views[length] = view
  return view
}

/** ASCII text prepared for being looked for at the start of the scratch. */
export interface AsciiPrefix {
  readonly words: Uint32Array
  readonly tail: Uint8Array
}

export function createAsciiPrefix(text: string): AsciiPrefix {
  const bytes = Uint8Array.from(Buffer.from(text, 'latin1'))
  const wordBytes = bytes.length & ~3
  return {
    words: new Uint32Array(bytes.buffer.slice(0, wordBytes)),
    tail: bytes.slice(wordBytes),
  }
}

/**
 * Whether what was laid down begins so; several times cheaper than comparing the texts. A prefix
 * that ends with the only dot in it cannot match beyond the end of a token, which has a dot itself.
 */
export function startsWithPrefix({ words, tail }: AsciiPrefix): boolean {
  const firstWord = SCRATCH_START >>> 2
  for (let index = 0; index < words.length; index++) {
    if (scratchWords[firstWord + index] !== words[index]) return false
  }
  const tailStart = SCRATCH_START + 4 * words.length
  for (let index = 0; index < tail.length; index++) {
    if (scratch[tailStart + index] !== tail[index]) return false
  }
  return true
}

/** Compares what lies at `start` with an ASCII text in time that depends on its length alone. */
export function isEqualAt(start: number, expected: string): boolean {
  let difference = 0
  for (let index = 0; index < expected.length; index++) {
    difference |= (scratch[start + index] as number) ^ expected.charCodeAt(index)
  }
  return difference === 0
}
