import type { JsonValue } from '../explanation.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** JSON in base64url. What is not ASCII is escaped, so that a character is a byte. */
export function encodeJson(value: JsonValue): string {
  const text = JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  let encoded = ''
  for (let at = 0; at < text.length; at += 3) {
    const left = text.length - at
    const [a = 0, b = 0, c = 0] = [0, 1, 2].map((step) =>
      step < left ? text.charCodeAt(at + step) : 0,
    )
    const group = (a << 16) | (b << 8) | c
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((group >> shift) & 63))
    encoded += digits.slice(0, left >= 3 ? 4 : left + 1).join('')
  }
  return encoded
}
