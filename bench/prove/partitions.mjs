// Verifiers that are cut off (promise R6): resets, black holes, drips, delays, processes that stand
// still, databases out of reach, clocks that jump. No route accepts what the guarantee says it does not.
//   npm run prove -- partitions --database PostgreSQL --count 500 --seed 1 --lanes 6
import { runProof } from './run/run-proof.mjs'

export const prove = (args) =>
  runProof(args, {
    file: 'partitions.ts',
    verb: 'provePartitions',
    count: 500,
    options: {
      lanes: { type: 'string', default: '4' },
      shortest: { type: 'string', default: '500' },
      longest: { type: 'string', default: '12000' },
    },
    toProof(values) {
      const [lanes, shortestMs, longestMs] = [values.lanes, values.shortest, values.longest].map(
        Number,
      )
      if (!(lanes > 0)) throw new TypeError('--lanes is a whole number from 1')
      if (!(shortestMs > 0 && longestMs >= shortestMs)) {
        throw new TypeError('--shortest and --longest are milliseconds')
      }
      return { lanes, shortestMs, longestMs }
    },
  })
