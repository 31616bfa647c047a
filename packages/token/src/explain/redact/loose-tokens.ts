// Whatever a verifier might still take for a token, or could be made one: without a signature, in
// the other base64, in base64 once more, cut off.
import { type Excerpt, sliceExcerpt } from '../input/excerpt.ts'
import { beginsLikeToken, isTokenCharacter } from '../input/scan.ts'

/** Of base64 of `eyJ`, `eyA`, `ewo` and `ew0`. */
const TWICE = ['ZXlK', 'ZXlB', 'ZXdv', 'ZXcw']
const FIRST_CHARACTERS = 'eCDIZ'
const SEPARATORS = '/=+.-_'
const MIN_TOKEN = 16
const MIN_TWICE = 40

export function listLooseTokens(excerpt: Excerpt): readonly Excerpt[] {
  const { text } = excerpt
  const found: Excerpt[] = []
  for (let at = 0; at < text.length; ) {
    if (!isLooseCharacter(text.charCodeAt(at))) {
      at++
      continue
    }
    let end = at
    while (end < text.length && isLooseCharacter(text.charCodeAt(end))) end++
    let last = end
    while (last > at && text[last - 1] === '.' && !hasTwoDots(text.slice(at, last))) last--
    const start = findStart(text, { from: at, end: last })
    if (start >= 0) found.push(sliceExcerpt(excerpt, start, last))
    at = end
  }
  return found
}

/** A signed token may end with a dot: its signature is empty. */
function hasTwoDots(text: string): boolean {
  return text.split('.', 4).length === 3
}

function findStart(text: string, { from, end }: { from: number; end: number }): number {
  for (let at = from; at <= end - MIN_TOKEN; at++) {
    if (!FIRST_CHARACTERS.includes(text.charAt(at))) continue
    const isBeginning = at === from || SEPARATORS.includes(text.charAt(at - 1))
    if (text.startsWith('eyJ', at) || (isBeginning && beginsLikeToken(text.slice(at, end)))) {
      return at
    }
    if (TWICE.some((start) => text.startsWith(start, at)) && end - at >= MIN_TWICE) return at
  }
  return -1
}

function isLooseCharacter(code: number): boolean {
  return isTokenCharacter(code) || code === 0x2b || code === 0x2f || code === 0x3d
}
