import { readFileSync } from 'node:fs'

/** The fenced block that follows a marker comment such as `<!-- way: login -->`. */
export function blockAfter(file: string, marker: string): string {
  const text = readFileSync(file, 'utf8')
  const start = text.indexOf(`<!-- ${marker}`)
  if (start === -1) throw new Error(`${file} has no block marked ${marker}`)
  const block = /```\w*\n([\s\S]*?)```/.exec(text.slice(start))?.[1]
  if (block === undefined) throw new Error(`${file} has no block behind ${marker}`)
  return block
}
