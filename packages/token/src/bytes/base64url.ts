const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
// `\w` without flags is exactly A-Z a-z 0-9 _.
const ALPHABET = /^[\w-]*$/
// Characters that may end a text whose last group has two or three characters: those whose four
// or two lowest bits are zero. Any other would be a second spelling of the same bytes.
const ENDS_AFTER_TWO = 'AQgw'
const ENDS_AFTER_THREE = 'AEIMQUYcgkosw048'

/**
 * True when the text is the one base64url spelling of some bytes: no padding, no foreign
 * character, no non-zero trailing bits (RFC 4648 3.5, 5). The empty text is the spelling of none.
 */
export function isBase64url(text: string): boolean {
  return ALPHABET.test(text) && endsCanonically(text)
}

/** The bytes of a canonical base64url text, or null when it is not one. */
export function decodeBase64url(text: string): Buffer | null {
  return isBase64url(text) ? Buffer.from(text, 'base64url') : null
}

// Node decodes 320 characters in 0.19 µs but 324 in 0.46: behind whole groups, which it reads in wide
// registers, the few characters left stall it for longer than reading them by hand takes.
const WIDE_GROUP = 64

/**
 * Writes the bytes of a canonical base64url text to the start of `target`, which must have room,
 * and returns how many there are, or -1 when the text is not canonical.
 *
 * The text must be known to be ASCII: Node's decoder reads U+0141 as "A". What it skips (any
 * character that is in neither base64 alphabet) shows as bytes that are missing.
 */
export function writeBase64url(text: string, target: Buffer): number {
  const tailStart = text.length - (text.length % WIDE_GROUP)
  if (tailStart > 0) {
    const groups = text.slice(0, tailStart)
    if (target.write(groups, 'base64url') !== (tailStart * 3) >>> 2) return -1
    if (groups.includes('+') || groups.includes('/')) return -1
  }
  return writeTail(text, tailStart, target)
}

const VALUES = new Int8Array(128).fill(-1)
for (const [value, character] of [...CHARACTERS].entries()) VALUES[character.charCodeAt(0)] = value

/** Writes what is left behind the groups to where it belongs. */
function writeTail(text: string, tailStart: number, target: Buffer): number {
  let length = (tailStart * 3) >>> 2
  let valid = 0
  let bits = 0
  let unwritten = 0
  for (let index = tailStart; index < text.length; index++) {
    const value = VALUES[text.charCodeAt(index)] ?? -1
    valid |= value
    bits = (bits << 6) | value
    unwritten += 6
    if (unwritten >= 8) {
      unwritten -= 8
      target[length++] = bits >>> unwritten
    }
  }
  // A lone character spells no byte, and bits that are in no byte must be zero.
  const isCanonical = valid >= 0 && unwritten < 6 && (bits & ((1 << unwritten) - 1)) === 0
  return isCanonical ? length : -1
}

export function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}

function endsCanonically(text: string): boolean {
  switch (text.length & 3) {
    case 0:
      return true
    case 2:
      return ENDS_AFTER_TWO.includes(text.charAt(text.length - 1))
    case 3:
      return ENDS_AFTER_THREE.includes(text.charAt(text.length - 1))
    default:
      return false
  }
}
