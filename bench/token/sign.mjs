import { createHmac, sign } from 'node:crypto'
import * as T from '@signet/token'
import { createSigner as createFastSigner } from '../peers/node_modules/fast-jwt/src/index.js'
import * as jose from '../peers/node_modules/jose/dist/webapi/index.js'
import jsonwebtoken from '../peers/node_modules/jsonwebtoken/index.js'
import { AUDIENCE, ISSUER, rawOptionsOf, textOf } from './keys.mjs'

export function signContestants(key) {
  const { algorithm, kid, claims, privateKey, signingKey } = key
  const each = (act) => (count) => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += act(claims[index & 255]).length
    return sum
  }
  const prepared = T.createSigner(signingKey, {
    issuer: ISSUER,
    audience: AUDIENCE,
    expiresIn: 3600,
  })
  const fast = createFastSigner({
    key: textOf(key, privateKey),
    algorithm,
    kid,
    iss: ISSUER,
    aud: AUDIENCE,
    expiresIn: 3_600_000,
  })
  const contestants = [
    { name: 'raw', run: rawSigner(key) },
    { name: 'raw and writing', run: each(plainSigner(key)) },
    { name: 'signet', run: each((one) => prepared(one)) },
    {
      name: 'jose',
      run: async (count) => {
        let sum = 0
        for (let index = 0; index < count; index++) {
          const token = await new jose.SignJWT(claims[index & 255])
            .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid })
            .setIssuer(ISSUER)
            .setAudience(AUDIENCE)
            .setIssuedAt()
            .setExpirationTime('1h')
            .sign(privateKey)
          sum += token.length
        }
        return sum
      },
    },
    { name: 'fast-jwt', run: each((one) => fast(one)) },
  ]
  if (algorithm !== 'EdDSA') {
    const options = { algorithm, keyid: kid, issuer: ISSUER, audience: AUDIENCE, expiresIn: 3600 }
    contestants.push({
      name: 'jsonwebtoken',
      run: each((one) => jsonwebtoken.sign(one, privateKey, options)),
    })
  }
  return contestants
}

/** The operation alone, over bytes that lie ready. */
function rawSigner({ algorithm, tokens, privateKey }) {
  const inputs = tokens.map((token) => Buffer.from(token.slice(0, token.lastIndexOf('.'))))
  const options = rawOptionsOf(algorithm, privateKey)
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  const act =
    algorithm === 'HS256'
      ? (input) => createHmac('sha256', privateKey).update(input).digest()
      : (input) => sign(hash, input, options)
  return (count) => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += act(inputs[index & 255])[0]
    return sum
  }
}

/** The least that any library can do: write the claims, encode, do the raw operation, encode. */
function plainSigner({ algorithm, kid, privateKey }) {
  const options = rawOptionsOf(algorithm, privateKey)
  const hash = algorithm === 'EdDSA' ? null : 'sha256'
  const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: 'JWT', kid })).toString(
    'base64url',
  )
  const signature =
    algorithm === 'HS256'
      ? (input) => createHmac('sha256', privateKey).update(input).digest('base64url')
      : (input) => sign(hash, Buffer.from(input), options).toString('base64url')
  return ({ sub, scope, jti }) => {
    const iat = Math.floor(Date.now() / 1000)
    const claims = { sub, scope, jti, iss: ISSUER, aud: AUDIENCE, iat, exp: iat + 3600 }
    const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    return `${input}.${signature(input)}`
  }
}
