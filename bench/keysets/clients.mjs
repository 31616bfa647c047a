// What fetches key sets, each with its own defaults and with the verification it is made for.
// `verify` accepts or throws; `close` ends what goes on in the background.
import { createRequire } from 'node:module'
import { createGuard } from '@signet/guard'
import { createRemoteJWKSet, jwtVerify } from '../peers/node_modules/jose/dist/webapi/index.js'
import { ALGORITHM, AUDIENCE } from './authority.mjs'

const requirePeer = createRequire(new URL('../peers/package.json', import.meta.url))

export const PEERS = ['jose', 'jwks-rsa', 'get-jwks', 'aws-jwt-verify']

export const CLIENTS = {
  signet: (authority) => createSignet(authority, 'feed'),
  'signet without a feed': (authority) => createSignet(authority, 'none'),
  jose({ issuer, jwksUri }) {
    const keySet = createRemoteJWKSet(new URL(jwksUri))
    return { verify: (token) => jwtVerify(token, keySet, { issuer, audience: AUDIENCE }) }
  },
  'jwks-rsa'({ issuer, jwksUri }) {
    const client = requirePeer('jwks-rsa')({ jwksUri })
    return {
      async verify(token) {
        const key = await client.getSigningKey(kidOf(token))
        return verifyWithPem(token, { pem: key.getPublicKey(), issuer })
      },
    }
  },
  'get-jwks'({ issuer }) {
    const jwks = requirePeer('get-jwks')()
    return {
      async verify(token) {
        const signature = { domain: issuer, alg: ALGORITHM, kid: kidOf(token) }
        return verifyWithPem(token, { pem: await jwks.getPublicKey(signature), issuer })
      },
    }
  },
  'aws-jwt-verify'({ issuer, jwksUri }) {
    const { JwtVerifier } = requirePeer('aws-jwt-verify')
    const { SimpleJwksCache } = requirePeer('aws-jwt-verify/jwk')
    // Its own fetcher speaks https alone.
    const fetcher = { fetch: fetchBytes }
    const jwksCache = new SimpleJwksCache({ fetcher })
    return JwtVerifier.create({ issuer, audience: AUDIENCE, jwksUri }, { jwksCache })
  },
}

function createSignet({ issuer }, revocation) {
  // The default takes the system's clock as it was when the guard was loaded.
  const now = () => Date.now()
  const guard = createGuard({ issuer, audience: AUDIENCE, revocation, now })
  return {
    verify: (token) => guard.verify(token),
    close: () => guard.close(),
    isReady: () => guard.ready(),
  }
}

async function fetchBytes(url) {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`answered ${response.status}`)
  return response.arrayBuffer()
}

function verifyWithPem(token, { pem, issuer }) {
  const options = { issuer, audience: AUDIENCE, algorithms: [ALGORITHM] }
  return requirePeer('jsonwebtoken').verify(token, pem, options)
}

function kidOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid
}
