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
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new StartError([`.env exists but cannot be read: ${(cause as Error).message}`], { cause })
  }
}
