const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u
const NO_WIDTH = /\p{M}/u

/** How many columns a terminal takes for a text that is printable. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) {
    width += WIDE.test(character) ? 2 : NO_WIDTH.test(character) ? 0 : 1
  }
  return width
}

/** Lines of at most so many columns, broken at spaces where there are any; never none. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/ +/)) {
    const pieces = widthOf(word) <= columns ? [word] : split(word, columns)
    for (const piece of pieces) {
      const longer = line === '' ? piece : `${line} ${piece}`
      if (widthOf(longer) <= columns) {
        line = longer
      } else {
        lines.push(line)
        line = piece
      }
    }
  }
  lines.push(line)
  return lines
}

function split(word: string, columns: number): string[] {
  const pieces: string[] = []
  let piece = ''
  for (const character of word) {
    if (piece !== '' && widthOf(piece + character) > columns) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece]
}

/** Padded with spaces to so many columns. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}
