// One service in a process of its own: the same small route bare, behind the guard, and behind what
// else the framework's users take.   node service.mjs FRAMEWORK PORT PUBLIC-KEY-AS-JWK
import { createPublicKey } from 'node:crypto'
import { createGuard, RevocationList } from '@signet/guard'
import { createKeySet, importJwk } from '@signet/token'
import { AUDIENCE, ISSUER } from './expectations.mjs'
import { FRAMEWORKS } from './frameworks.mjs'

/** As many as live where a million people log out a day and tokens last 15 minutes. */
const REVOCATIONS = 10_400

const [framework, port, jwk] = process.argv.slice(2)
const key = JSON.parse(jwk)

const list = new RevocationList()
const expiresAt = Math.floor(Date.now() / 1000) + 86_400
list.apply(
  Array.from({ length: REVOCATIONS }, (_, index) => ({
    kind: 'session',
    id: `ses_${index}`,
    expiresAt,
  })),
)
const guard = createGuard({
  issuer: ISSUER,
  audience: AUDIENCE,
  keys: createKeySet([importJwk(key)]),
  revocation: {
    isRevoked: (subject) => list.isRevoked(subject),
    version: () => list.version,
    stalenessMs: () => 0,
    ready: async () => {},
    close: () => {},
    health: () => ({ connected: true, cursor: null, size: list.size, lastError: null }),
  },
})
await guard.ready()
await FRAMEWORKS[framework].start({
  port: Number(port),
  guard,
  // Parsed once: a PEM text would be parsed again for each token.
  publicKey: createPublicKey({ key, format: 'jwk' }),
})
