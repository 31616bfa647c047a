// The ceiling of one process: an HTTP server that signs one ES256 token per request and does
// nothing else (`sign`), or not even that (`constant`), which is the ceiling of the load.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'

const [port, mode] = process.argv.slice(2)
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
const header = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomBytes(32).toString('base64url') })
const issuer = `http://localhost:${port}`

createServer((_request, response) => {
  const body = JSON.stringify({ accessToken: mode === 'sign' ? createToken() : 'constant' })
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
  })
  response.end(body)
}).listen(Number(port), '127.0.0.1')

/** As long as the tokens of the others. */
function createToken() {
  const now = Math.floor(Date.now() / 1000)
  const payload = encode({
    iss: issuer,
    sub: 'acc_0123456789abcdefghijkl',
    aud: issuer,
    exp: now + 900,
    iat: now,
    jti: randomBytes(16).toString('base64url'),
    client_id: 'bench',
    sid: 'ses_0123456789abcdefghijkl',
    scope: 'orders:read',
  })
  const signed = `${header}.${payload}`
  return `${signed}.${sign('sha256', signed, key).toString('base64url')}`
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
