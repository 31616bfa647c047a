// Databases that fail (promise R12): full disks, failing fsync, servers that restart or stand still.
//   npm run prove -- faults --database PostgreSQL --count 500 --seed 1     (as root, with strace)
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'faults.ts', verb: 'proveFaults', count: 500 })
