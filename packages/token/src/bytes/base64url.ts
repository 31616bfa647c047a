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
  if (!ALPHABET.test(text)) return false
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

/** The bytes of a canonical base64url text, or null when it is not one. */
export function decodeBase64url(text: string): Buffer | null {
  return isBase64url(text) ? Buffer.from(text, 'base64url') : null
}

export function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')
}
