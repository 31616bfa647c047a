// Public test vectors live beside the repository, not in it. Tests that need them are skipped,
// and say so, where the folder is missing.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../../shared/vectors/', import.meta.url))

export const HAS_VECTORS = existsSync(ROOT)

if (!HAS_VECTORS) {
  if (process.env['CI'] !== undefined) throw new Error(`Vectors are missing (${ROOT})`)
  process.stderr.write(`Vectors are missing (${ROOT}): their tests are skipped\n`)
}

export function vectorPath(name: string): string {
  return `${ROOT}${name}`
}

/** The files of a folder; none where vectors are missing, for lists that are made before skipping. */
export function listVectors(name: string): string[] {
  return HAS_VECTORS ? readdirSync(vectorPath(name)) : []
}

export function readVectors(name: string): Buffer {
  return readFileSync(vectorPath(name))
}

export function readJsonVectors(name: string): unknown {
  return JSON.parse(readVectors(name).toString('utf8'))
}
