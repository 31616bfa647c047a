// Puts the command and everything it loads into a few files: opening and linking hundreds of them is
// most of what a start takes. Only for this tree; what is published are the packages as they are.
// Native modules stay where they are.
import { rolldown } from 'rolldown'
import { root } from './run.mjs'

const bundle = await rolldown({
  input: `${root}packages/cli/dist/main.js`,
  platform: 'node',
  external: [/^@node-rs\//, /^@photostructure\//, 'bcrypt', 'pg-native'],
  // Known: libraries that try optional parts with eval or require.
  onLog(level, log, handle) {
    if (level !== 'warn') handle(level, log)
  },
})
await bundle.write({
  dir: `${root}packages/cli/bundle`,
  format: 'esm',
  cleanDir: true,
  entryFileNames: 'main.js',
  chunkFileNames: '[name]-[hash].js',
})
