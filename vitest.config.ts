import { defineConfig } from 'vitest/config'

// Unit tests import the source beside them; across packages everything goes through the built
// public doors, as users do. `npm test` builds first.
export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.ts',
      'packages/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    setupFiles: ['test/watch-leaks.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    allowOnly: false,
    // Built files run as Node runs them, not transformed once more.
    server: { deps: { external: [/\/packages\/\w+\/dist\//] } },
  },
})
