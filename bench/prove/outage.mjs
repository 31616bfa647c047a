// An authority that is down, and a flood of unknown key ids (promise R7). A round is a second of both.
//   npm run prove -- outage --database SQLite --count 900          (a quarter of an hour)
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'outage.ts', verb: 'proveOutage', count: 900 })
