// Killed processes (promise R1): nothing acknowledged is lost, nothing used or void is accepted.
//   npm run prove -- crash --database SQLite --count 500 --seed 1
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'crashes.ts', verb: 'proveCrashes', count: 5_000 })
