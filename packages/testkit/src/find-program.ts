import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Where a program is that no package brings. Elsewhere than in CI a machine may do without: null.
 * @throws Error in CI, which runs every test
 */
export function findProgram(name: string): string | null {
  const path = (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((candidate) => existsSync(candidate))
  if (path === undefined && process.env['CI']) {
    throw new Error(`${name} is missing: CI runs every test`)
  }
  return path ?? null
}
