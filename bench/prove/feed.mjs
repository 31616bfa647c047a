// How soon an end reaches every verifier (promise R5): p99 within 100 ms, never more than a second.
//   npm run prove -- feed --database PostgreSQL --wake-ups notify|redis|poll --verifiers 32 --count 2000
// A round ends five sessions at once. Processes that only poll promise the second alone.
import { runProof } from './run/run-proof.mjs'

const WAKE_UPS = ['notify', 'redis', 'poll']
const P99_MS = 100
const MAX_MS = 1_000

export const prove = (args) =>
  runProof(args, {
    file: 'feed.ts',
    verb: 'proveFeed',
    count: 2_000,
    options: {
      verifiers: { type: 'string', default: '32' },
      'wake-ups': { type: 'string', default: 'notify' },
    },
    toProof(values) {
      const proof = { verifiers: Number(values.verifiers), wakeUps: values['wake-ups'] }
      if (!(proof.verifiers > 0)) throw new TypeError('--verifiers is a whole number from 1')
      if (!WAKE_UPS.includes(proof.wakeUps)) {
        throw new TypeError(`--wake-ups is ${WAKE_UPS.join(', ')}`)
      }
      return proof
    },
    judge({ tally, database }, { wakeUps }) {
      const [[, { p99, max }]] = tally.distributions()
      if (max > MAX_MS) throw new Error(`the slowest took more than ${MAX_MS} ms`)
      const isPolled = wakeUps === 'poll' && database !== 'SQLite'
      if (!isPolled && p99 > P99_MS) throw new Error(`p99 is more than ${P99_MS} ms`)
    },
  })
