// Finds tokens wherever they stand in a text. A JSON object that begins with {" begins with eyJ in
// base64url, which is what a token looks like to everybody; with a space or a line break before or
// behind the brace it begins otherwise.
import { readBase64url } from '../read/base64url.ts'
import { type Excerpt, sliceExcerpt } from './excerpt.ts'

const BEGINNINGS = ['eyJ', 'eyA', 'ewo', 'ew0']
/** What a brace and the white space of JSON begin with. */
const FIRST_CHARACTERS = 'eCDI'
const MAX_WHITE_SPACE = 64
const SPACES = [0x20, 0x09, 0x0a, 0x0d]

/** Whole tokens: three or five parts, each with something in it but perhaps the last. */
export function scanTokens(excerpt: Excerpt): readonly Excerpt[] {
  const { text } = excerpt
  const found: Excerpt[] = []
  for (let at = 0; at < text.length; ) {
    if (!isTokenCharacter(text.charCodeAt(at))) {
      at++
      continue
    }
    let end = at
    while (end < text.length && isTokenCharacter(text.charCodeAt(end))) end++
    const run = text.slice(at, end)
    const start = findTokenStart(run)
    const length = start < 0 ? 0 : tokenLength(run.slice(start))
    if (length > 0) found.push(sliceExcerpt(excerpt, at + start, at + start + length))
    at = end
  }
  return found
}

export function beginsLikeToken(text: string): boolean {
  return BEGINNINGS.some((beginning) => text.startsWith(beginning)) || beginsLikeObject(text)
}

/** Where in a run of characters a token begins; -1 when none does. */
export function findTokenStart(run: string): number {
  return beginsLikeToken(run) ? 0 : run.indexOf('eyJ')
}

/** In base64url: white space perhaps, a brace, white space perhaps, a quote or the other brace. */
function beginsLikeObject(text: string): boolean {
  if (text === '' || !FIRST_CHARACTERS.includes(text.charAt(0))) return false
  const { bytes } = readBase64url(text.slice(0, MAX_WHITE_SPACE).split('.')[0] ?? '')
  let at = 0
  while (SPACES.includes(bytes[at] ?? 0)) at++
  if (bytes[at] !== 0x7b) return false
  at++
  while (SPACES.includes(bytes[at] ?? 0)) at++
  return bytes[at] === 0x22 || bytes[at] === 0x7d || (at > 1 && bytes[at] === undefined)
}

/** Without a full stop behind it; 0 when it has not the dots of a token. */
function tokenLength(run: string): number {
  const parts = run.split('.', 6)
  const isWhole = parts.length === 3 || parts.length === 5
  if (isWhole) return run.length
  // A sentence may end behind a token.
  return parts.length === 4 && parts[3] === '' ? run.length - 1 : 0
}

export function isTokenCharacter(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  )
}
