// npm test: every suite, then one plain line that says how many passed and failed. Arguments go on
// to vitest, as in `npm test -- packages/token`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runTool } from './run.mjs'

const folder = mkdtempSync(join(tmpdir(), 'signet-report-'))
const report = join(folder, 'report.json')
const code = await runTool('vitest/vitest.mjs', [
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
])

let line = '0 passed, 1 failed'
try {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'))
  // A file that does not even load has no failed test in it, but it failed.
  const failed = numFailedTests === 0 && code !== 0 ? 1 : numFailedTests
  line = `${numPassedTests} passed, ${failed} failed`
} finally {
  rmSync(folder, { recursive: true, force: true })
  process.stdout.write(`\n${line}\n`)
}
process.exitCode = code
