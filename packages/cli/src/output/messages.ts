/**
 * What moves the terminal's cursor, colours it, turns the reading direction or is not seen at all:
 * controls, format characters, line separators and halves of characters.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** The same text in one line, with such characters spelt out as JSON would. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** The same, and line ends stay: only for text whose lines nobody else could have made. */
export function printableLines(text: string): string {
  return text.split('\n').map(printable).join('\n')
}

/** As JSON, in one line unless it is indented. */
export function printableJson(value: unknown, indent?: number): string {
  return printableLines(JSON.stringify(value, null, indent))
}

/** Something said about the data, for people: on stderr. */
export function writeNote(message: string): void {
  process.stderr.write(`signet: ${printableLines(message)}\n`)
}
