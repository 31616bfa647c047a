import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as T from '@signet/token'
import { createVerifier as createFastVerifier } from '../peers/node_modules/fast-jwt/src/index.js'
import { AUDIENCE, ISSUER, textOf } from './keys.mjs'

const OPTIONS = { issuer: ISSUER, audience: AUDIENCE }

export function repeatedContestants(key) {
  const { algorithm, tokens, publicKey, verifyingKey } = key
  const ours = T.createVerifier(verifyingKey, { ...OPTIONS, cacheSize: 1000 })
  const fast = createFastVerifier({
    key: textOf(key, publicKey),
    algorithms: [algorithm],
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    cache: 1000,
  })
  // As from a socket: the same characters in a string that nobody has hashed. Making it is part of
  // everybody's time, and measured as the first line.
  const bytes = tokens.map((token) => Buffer.from(token))
  const each = (act) => (count) => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += act(bytes[index & 255].latin1Slice())
    return sum
  }
  return [
    { name: 'the fresh string alone', run: each((token) => token.length) },
    { name: 'signet', run: each((token) => ours(token).claims.exp) },
    { name: 'fast-jwt', run: each((token) => fast(token).exp) },
  ]
}

/** Heap and what hangs on it, per remembered token, averaged over many. */
export function measureEntryBytes({ signingKey, verifyingKey }) {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  const count = 5000
  const sign = T.createSigner(signingKey, { ...OPTIONS, expiresIn: '1h' })
  const bytes = Array.from({ length: count }, (_, index) =>
    Buffer.from(
      sign({ sub: `user_${index}`, scope: 'orders:read orders:write', jti: `j${index}` }),
    ),
  )
  const verifier = T.createVerifier(verifyingKey, { ...OPTIONS, cacheSize: 2 * count })
  collect()
  const before = process.memoryUsage().heapUsed
  for (const one of bytes) verifier(one.latin1Slice())
  collect()
  const after = process.memoryUsage().heapUsed
  verifier(bytes[0].latin1Slice())
  return Math.round((after - before) / count)
}
