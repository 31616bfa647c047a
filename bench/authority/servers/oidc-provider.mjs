// oidc-provider with its memory store: rotating refresh tokens, access tokens as JWT with ES256, a
// public client, so that nobody's secret is checked. Grants are made through its own models. Another
// client has a secret and gets tokens for itself.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { importPeer } from './import-peer.mjs'

const { default: Provider } = await importPeer('oidc-provider/lib/index.js')

const CLIENT = 'bench'
const API = 'urn:bench:api'
const SCOPE = 'orders:read'

const [port] = process.argv.slice(2)
const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: CLIENT,
      redirect_uris: ['https://app.example.com/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
    },
    {
      client_id: 'machine',
      client_secret: 'a secret of a machine that nobody guesses',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [{ ...jwk, alg: 'ES256', use: 'sig' }] },
  cookies: { keys: ['bench'] },
  ttl: { Grant: 86_400, RefreshToken: 86_400 },
  rotateRefreshToken: true,
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: SCOPE,
        audience: API,
        accessTokenTTL: 900,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
})

const answer = provider.callback()
createServer(async (request, response) => {
  const count = /^\/grants\?count=(\d+)$/.exec(request.url)?.[1]
  if (count === undefined) return answer(request, response)
  const grants = await Promise.all(Array.from({ length: Number(count) }, createGrant))
  response.end(JSON.stringify(grants))
}).listen(Number(port), '127.0.0.1')

async function createGrant(_value, index) {
  const accountId = `account-${index}`
  const grant = new provider.Grant({ accountId, clientId: CLIENT })
  grant.addOIDCScope('offline_access')
  grant.addResourceScope(API, SCOPE)
  const token = new provider.RefreshToken({
    accountId,
    client: await provider.Client.find(CLIENT),
    grantId: await grant.save(),
    gty: 'authorization_code',
    resource: API,
    scope: `offline_access ${SCOPE}`,
  })
  return token.save()
}
