// Keys that change every 5 s under load (promise R8): no verification fails. A round is a rotation.
//   npm run prove -- rotation --database PostgreSQL --count 360          (half an hour)
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'rotations.ts', verb: 'proveRotations', count: 360 })
