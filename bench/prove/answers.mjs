// Lost answers and two holders of one session (promise R4).
//   npm run prove -- answers --database SQLite --count 10000 --seed 1
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, { file: 'lost-answers.ts', verb: 'proveLostAnswers', count: 10_000 })
