// One token refreshed by many at once over three processes (promise R2): one lineage, no forks.
//   npm run prove -- refresh --database PostgreSQL --count 5000 --seed 1
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'refreshes.ts', verb: 'proveRefreshes', count: 20_000 })
