// Histories of one session against a model (promise R3): nothing survives an end that was
// acknowledged. Told to the verbs in this process; `histories-http` tells them to three processes.
//   npm run prove -- histories --database PostgreSQL --count 25000 --seed 1
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'verbs-world.ts', verb: 'proveVerbHistories', count: 25_000 })
