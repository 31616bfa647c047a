// Where settings come from: the process environment over `.env` in the working directory.
// With main.ts the only file that knows the process.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { StartError } from '../errors.ts'

export type Environment = Readonly<Record<string, string>>

/**
 * The `SIGNET_*` settings as text. An empty value counts as not given. Values in the process
 * environment win over `.env`.
 * @throws StartError when `.env` exists and cannot be read
 */
export function readEnvironment(): Environment {
  const settings: Record<string, string> = {}
  for (const source of [readDotEnv(resolve(process.cwd(), '.env')), process.env]) {
    for (const [name, value] of Object.entries(source)) {
      if (!name.startsWith('SIGNET_') || value === undefined) continue
      if (value === '') delete settings[name]
      else settings[name] = value
    }
  }
  return settings
}

function readDotEnv(path: string): Record<string, string | undefined> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return {}
    const why =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? 'is not UTF-8 text'
        : `cannot be read (${code})`
    throw new StartError([`.env ${why}: write it anew, as in .env.example`], { cause })
  }
  checkLines(text)
  return parseEnv(text)
}

/** A line that means to be a setting and is none would be passed over in silence. */
function checkLines(text: string): void {
  const problems: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const meant = /^\s*(?:export\s+)?signet_/i.test(line)
    if (text.includes('\0') || (meant && !/^\s*(?:export\s+)?SIGNET_[A-Z0-9_]+\s*=/.test(line))) {
      problems.push(
        `.env, line ${index + 1}: a setting is written NAME=value, its name in capitals`,
      )
    }
  }
  if (problems.length > 0) throw new StartError(problems)
}
