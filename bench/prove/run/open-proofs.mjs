import { fileURLToPath } from 'node:url'
import { createViteServer } from 'vitest/node'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const FOLDER = '/packages/server/test/proofs'

/** The proofs are TypeScript beside the tests: loaded as those are, packages through their doors. */
export async function openProofs() {
  const server = await createViteServer({
    configFile: false,
    root: ROOT,
    appType: 'custom',
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
    // `await using` is younger than the oldest Node that is supported.
    oxc: { target: 'es2023' },
    environments: { ssr: { resolve: { external: true } } },
  })
  return { load: (file) => server.ssrLoadModule(`${FOLDER}/${file}`), close: () => server.close() }
}
