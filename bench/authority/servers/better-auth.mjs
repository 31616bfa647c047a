// better-auth with its memory store and its JWT plugin. It has no rotating refresh token of its own:
// nearest to a refresh comes /token, a JWT for whoever brings the session's cookie.
import { createServer } from 'node:http'
import { importPeer } from './import-peer.mjs'

const { betterAuth } = await importPeer('better-auth/dist/index.mjs')
const { memoryAdapter } = await importPeer('better-auth/dist/adapters/memory-adapter/index.mjs')
const { toNodeHandler } = await importPeer('better-auth/dist/integrations/node.mjs')
const { jwt } = await importPeer('better-auth/dist/plugins/jwt/index.mjs')

const [port] = process.argv.slice(2)
const auth = betterAuth({
  baseURL: `http://localhost:${port}`,
  secret: 'a secret of a bench, for one run',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [jwt({ jwks: { keyPairConfig: { alg: 'ES256' } } })],
})
createServer(toNodeHandler(auth)).listen(Number(port), '127.0.0.1')
