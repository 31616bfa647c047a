// npm run reference -w packages/cli: writes docs/reference/cli.md from the commands, as they are built.
import { writeFileSync } from 'node:fs'
import { createProgram } from '../dist/program.js'
import { createReference } from '../dist/reference.js'

const file = new URL('../../../docs/reference/cli.md', import.meta.url)
writeFileSync(file, createReference(createProgram()))
