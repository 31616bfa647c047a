export type Paint = (text: string) => string

export interface Style {
  readonly bold: Paint
  readonly dim: Paint
  readonly good: Paint
  readonly bad: Paint
  readonly odd: Paint
  /** How many columns there are to write in. */
  readonly columns: number
}

const MIN_COLUMNS = 40
const MAX_COLUMNS = 100

/** Colours on a terminal that has them, unless NO_COLOR; FORCE_COLOR asks for them anywhere. */
export function createStyle(stream: NodeJS.WriteStream, env = process.env): Style {
  const isOn = hasColour(stream, env)
  const paint = (on: number, off: number): Paint =>
    isOn ? (text) => `\u001b[${on}m${text}\u001b[${off}m` : (text) => text
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    good: paint(32, 39),
    bad: paint(31, 39),
    odd: paint(33, 39),
    columns: Math.min(Math.max(stream.columns || 80, MIN_COLUMNS), MAX_COLUMNS),
  }
}

/** As Commander decides for its help: https://no-color.org, and FORCE_COLOR as Node reads it. */
function hasColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] || env['FORCE_COLOR'] === '0' || env['FORCE_COLOR'] === 'false') return false
  if (env['FORCE_COLOR'] !== undefined || env['CLICOLOR_FORCE'] !== undefined) return true
  return stream.isTTY === true && stream.hasColors()
}
