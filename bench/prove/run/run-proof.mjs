// Runs a proof of packages/server/test/proofs at any length; the tests run the same code short.
//   --database SQLite|PostgreSQL   --count N   --from N   --seed N
// Pieces add up: the same seed with `--from` where the last piece ended goes on. Ctrl-C ends after
// the round under way, and either way what was reached is printed.
import { parseArgs } from 'node:util'
import { describeMachine } from '../../measure/machine.mjs'
import { openProofs } from './open-proofs.mjs'

const DATABASES = ['SQLite', 'PostgreSQL']

/**
 * A proof names the file, the function in it and how many rounds a release takes. One with options of
 * its own says which, what of them the function is given, and `judge` says what the figures must be.
 */
export async function runProof(args, { file, verb, count, options: own = {}, toProof, judge }) {
  const { values, ...options } = parseOptions(args, count, own)
  const given = toProof?.(values)
  const proofs = await openProofs()
  let isHeld = true
  try {
    const prove = (await proofs.load(file))[verb]
    const { createProofRun } = await proofs.load('proof-run.ts')
    for (const database of options.databases) {
      if (options.signal.aborted) break
      const run = createProofRun({ ...options, database })
      const work = async () => {
        await prove(run, given)
        judge?.(run, given)
      }
      isHeld = (await runOne(work, run)) && isHeld
    }
  } finally {
    await proofs.close()
  }
  return isHeld
}

function parseOptions(args, count, own) {
  const { values } = parseArgs({
    args,
    options: {
      database: { type: 'string', multiple: true, default: DATABASES },
      count: { type: 'string', default: String(count) },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      ...own,
    },
  })
  const numbers = Object.fromEntries(
    ['count', 'from', 'seed'].map((name) => [name, Number(values[name])]),
  )
  if (!Object.values(numbers).every((value) => Number.isSafeInteger(value) && value >= 0)) {
    throw new TypeError('--count, --from and --seed are whole numbers')
  }
  if (!values.database.every((name) => DATABASES.includes(name))) {
    throw new TypeError(`--database is ${DATABASES.join(' or ')}`)
  }
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  return { ...numbers, databases: values.database, signal: interrupted.signal, values }
}

async function runOne(work, run) {
  const { database, seed, from, tally } = run
  const machine = describeMachine()
  const startedAt = performance.now()
  let failure = null
  try {
    await work()
  } catch (error) {
    // Ctrl-C reaches the servers too: what breaks after it says nothing.
    if (!run.signal.aborted) failure = error
  }
  const rounds = tally.of('rounds')
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
  const lines = [
    `${database}, seed ${seed}, rounds ${from} to ${from + rounds}, ${seconds} s; ${machine}`,
    ...tally.entries().map(([what, count]) => `  ${what.padEnd(44)} ${count}`),
    ...tally.distributions().map(([what, times]) => `  ${what.padEnd(44)} ${describe(times)}`),
    ...(failure === null ? [] : [`  BROKEN in round ${from + rounds}: ${failure.stack}`]),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  return failure === null && rounds > 0
}

function describe({ median, p99, max }) {
  return `median ${median.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)}`
}
