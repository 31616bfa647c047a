// npm run check: format, lint, doors between rooms, types, and nothing unused. The build is the type
// check of what ships; tests have a project of their own, so that a start does not wait for them.
import { runTool } from './run.mjs'

const checks = [
  [
    'format, lint and doors',
    'biome check .',
    '@biomejs/biome/bin/biome',
    ['check', '--error-on-warnings', '.'],
  ],
  ['types', 'tsc -b', 'typescript/bin/tsc', ['-b', 'tsconfig.json', 'tsconfig.tests.json']],
  ['nothing unused', 'knip', 'knip/bin/knip.js', ['--no-progress']],
]

const failed = []
for (const [name, shown, file, args] of checks) {
  process.stdout.write(`\n${name} (${shown})\n`)
  if ((await runTool(file, args)) !== 0) failed.push(name)
}
process.stdout.write(
  failed.length === 0 ? '\nAll checks hold.\n' : `\nFailed: ${failed.join(', ')}.\n`,
)
process.exitCode = failed.length === 0 ? 0 : 1
