// A Redis that fails (promise R12): killed and empty, standing still, emptied. Nobody needs it for an answer.
//   npm run prove -- redis-faults --database PostgreSQL --count 125 --seed 12
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'redis-faults.ts', verb: 'proveRedisFaults', count: 125 })
