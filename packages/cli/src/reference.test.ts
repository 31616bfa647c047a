import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { createProgram } from './program.ts'
import { createReference } from './reference.ts'

test('docs/reference/cli.md is what `npm run reference -w packages/cli` writes', async () => {
  const file = new URL('../../../docs/reference/cli.md', import.meta.url)
  expect(await readFile(file, 'utf8')).toBe(createReference(createProgram()))
})
