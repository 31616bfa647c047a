import type { ReadStream } from 'node:tty'
import { EXIT } from '../exit-codes.ts'

const CTRL_C = '\u0003'
const CTRL_D = '\u0004'
const BACKSPACE = '\u007f'

/**
 * What a person pastes, up to Ctrl-D, unseen. Read key by key: a terminal that reads line by line
 * cuts every line at 4,095 characters, which long tokens exceed.
 */
export async function readPaste(terminal: ReadStream, invitation: string): Promise<string> {
  terminal.setRawMode(true)
  terminal.setEncoding('utf8')
  // Not before: what is pasted at once would still be read by lines.
  process.stderr.write(`${invitation}\n`)
  try {
    let pasted = ''
    for await (const keys of terminal) {
      for (const key of String(keys)) {
        if (key === CTRL_C) process.exit(EXIT.interrupted)
        if (key === CTRL_D) return pasted
        pasted = key === BACKSPACE ? pasted.slice(0, -1) : pasted + (key === '\r' ? '\n' : key)
      }
    }
    return pasted
  } finally {
    terminal.setRawMode(false)
  }
}
