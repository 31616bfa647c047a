import { createHmac, verify } from 'node:crypto'
import * as T from '@signet/token'
import { createVerifier as createFastVerifier } from '../peers/node_modules/fast-jwt/src/index.js'
import * as jose from '../peers/node_modules/jose/dist/webapi/index.js'
import jsonwebtoken from '../peers/node_modules/jsonwebtoken/index.js'
import { AUDIENCE, ISSUER, rawOptionsOf, textOf } from './keys.mjs'

export function verifyContestants(key) {
  const { algorithm, tokens, publicKey, verifyingKey } = key
  const each = (act) => (count) => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += act(tokens[index & 255])
    return sum
  }
  const options = { issuer: ISSUER, audience: AUDIENCE }
  const prepared = T.createVerifier(verifyingKey, options)
  const usual = { issuer: ISSUER, audience: AUDIENCE, algorithms: [algorithm] }
  const contestants = [
    { name: 'raw', run: rawVerifier(key) },
    { name: 'raw and parsing', run: each(plainVerifier(key)) },
    { name: 'signet', run: each((token) => prepared(token).claims.exp) },
    {
      name: 'signet one-shot',
      run: each((token) => T.verify(token, verifyingKey, { ...options }).claims.exp),
    },
    {
      name: 'jose',
      run: async (count) => {
        let sum = 0
        for (let index = 0; index < count; index++) {
          sum += (await jose.jwtVerify(tokens[index & 255], publicKey, usual)).payload.exp
        }
        return sum
      },
    },
    {
      name: 'fast-jwt',
      run: each(asFast({ key: textOf(key, publicKey), algorithms: [algorithm] })),
    },
  ]
  if (algorithm !== 'EdDSA') {
    contestants.push({
      name: 'jsonwebtoken',
      run: each((token) => jsonwebtoken.verify(token, publicKey, usual).exp),
    })
    const text = textOf(key, publicKey)
    contestants.push({
      name: 'jsonwebtoken, text key',
      run: each((token) => jsonwebtoken.verify(token, text, usual).exp),
    })
  }
  return contestants
}

/** The operation alone, over bytes that lie ready; for HMAC the MAC as bytes, to be compared. */
function rawVerifier({ algorithm, tokens, publicKey }) {
  const parts = tokens.map((token) => {
    const dot = token.lastIndexOf('.')
    return {
      input: Buffer.from(token.slice(0, dot)),
      signature: Buffer.from(token.slice(dot + 1), 'base64url'),
    }
  })
  const options = rawOptionsOf(algorithm, publicKey)
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  if (algorithm === 'HS256') {
    return (count) => {
      let sum = 0
      for (let index = 0; index < count; index++) {
        sum += createHmac('sha256', publicKey)
          .update(parts[index & 255].input)
          .digest()[0]
      }
      return sum
    }
  }
  return (count) => {
    let sum = 0
    for (let index = 0; index < count; index++) {
      const { input, signature } = parts[index & 255]
      sum += verify(hash, input, options, signature) ? 1 : 0
    }
    return sum
  }
}

/**
 * The least that any library can do: take the token apart, do the raw operation, parse the payload.
 * No check of form, header or claims. The distance from here to signet is the price of strictness.
 */
function plainVerifier({ algorithm, publicKey }) {
  const options = rawOptionsOf(algorithm, publicKey)
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  const isGood = (input, signature) =>
    algorithm === 'HS256'
      ? createHmac('sha256', publicKey).update(input).digest('base64url') === signature
      : verify(hash, Buffer.from(input), options, Buffer.from(signature, 'base64url'))
  return (token) => {
    const first = token.indexOf('.')
    const second = token.indexOf('.', first + 1)
    if (!isGood(token.slice(0, second), token.slice(second + 1))) throw new Error('bad')
    return JSON.parse(Buffer.from(token.slice(first + 1, second), 'base64url').toString()).exp
  }
}

function asFast(options) {
  const check = createFastVerifier({
    ...options,
    allowedIss: ISSUER,
    allowedAud: AUDIENCE,
    cache: false,
  })
  return (token) => check(token).exp
}
