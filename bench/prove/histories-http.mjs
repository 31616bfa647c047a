// Histories of one session against a model (promise R3), told over HTTP to three processes.
//   npm run prove -- histories-http --database PostgreSQL --count 1000 --seed 1
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'http-world.ts', verb: 'proveHttpHistories', count: 2_500 })
