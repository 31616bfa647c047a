// Does the thread pool pay? The same work one after the other on the main thread and with 32
// waiting at once, by the clock on the wall, in turns.
import * as T from '@signet/token'
import { AUDIENCE, ISSUER } from './keys.mjs'

const IN_FLIGHT = 32
const BATCHES = 20
const EXPECTED = { issuer: ISSUER, audience: AUDIENCE }

/** How many times as fast the asynchronous form is, per round. */
export async function measureConcurrency(keys, rounds) {
  const { ES256, EdDSA, RS256 } = keys
  const options = { ...EXPECTED, expiresIn: 3600 }
  return {
    'verify ES256': await compare({
      sync: T.createVerifier(ES256.verifyingKey, EXPECTED),
      async: T.createAsyncVerifier(ES256.verifyingKey, EXPECTED),
      inputs: ES256.tokens,
      rounds,
    }),
    'verify EdDSA': await compare({
      sync: T.createVerifier(EdDSA.verifyingKey, EXPECTED),
      async: T.createAsyncVerifier(EdDSA.verifyingKey, EXPECTED),
      inputs: EdDSA.tokens,
      rounds,
    }),
    'sign RS256': await compare({
      sync: T.createSigner(RS256.signingKey, options),
      async: T.createAsyncSigner(RS256.signingKey, options),
      inputs: RS256.claims,
      rounds,
    }),
  }
}

async function compare({ sync, async, inputs, rounds }) {
  const ratios = []
  for (let round = 0; round <= rounds; round++) {
    const onMainThread = await time(() => {
      for (let index = 0; index < IN_FLIGHT * BATCHES; index++) sync(inputs[index & 255])
    })
    const onPool = await time(async () => {
      for (let batch = 0; batch < BATCHES; batch++) {
        const from = (batch * IN_FLIGHT) & 255
        await Promise.all(inputs.slice(from, from + IN_FLIGHT).map(async))
      }
    })
    // The first round warms.
    if (round > 0) ratios.push(onMainThread / onPool)
  }
  return ratios
}

async function time(act) {
  const started = performance.now()
  await act()
  return performance.now() - started
}
