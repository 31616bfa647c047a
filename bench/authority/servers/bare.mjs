// The ceiling of one process: an HTTP server that signs one ES256 token per request and does
// nothing else (`sign`), or verifies the one it is sent (`verify`, which gives one on GET), or not even
// that (`constant`), which is the ceiling of the load. Or one that signs once a row of PostgreSQL is
// written (`update`): what must be on disk before a refresh is answered, and nothing around it.
import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'

const [port, mode] = process.argv.slice(2)
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = { key: privateKey, dsaEncoding: 'ieee-p1363' }
const verificationKey = { key: publicKey, dsaEncoding: 'ieee-p1363' }
const header = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomBytes(32).toString('base64url') })
const issuer = `http://localhost:${port}`

/** Rows that take turns, as many as connections ask. */
const ROWS = 32
const writeRow = mode === 'update' ? await openRows(process.env.DATABASE_URL) : null

createServer((request, response) => {
  if (writeRow !== null) {
    return void writeRow().then(() => answer(response, { accessToken: createToken() }))
  }
  if (mode !== 'verify' || request.method === 'GET') {
    return answer(response, { accessToken: mode === 'constant' ? mode : createToken() })
  }
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('token')
    answer(response, { active: true, ...verifyToken(token) })
  })
}).listen(Number(port), '127.0.0.1')

function answer(response, value) {
  const body = JSON.stringify(value)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': body.length,
  })
  response.end(body)
}

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

async function openRows(connectionString) {
  const requireDriver = createRequire(new URL('../../../packages/server/', import.meta.url))
  const { Pool } = requireDriver('pg')
  const pool = new Pool({ connectionString, max: 10 })
  await pool.query('create table rows (id int primary key, written bigint not null)')
  await pool.query('insert into rows select n, 0 from generate_series(1, $1) n', [ROWS])
  let asked = 0
  const text = 'update rows set written = written + 1 where id = $1 returning written'
  return () => pool.query({ name: 'write', text, values: [(asked++ % ROWS) + 1] })
}

function verifyToken(token) {
  const [head, payload, signature] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  if (!verify('sha256', Buffer.from(`${head}.${payload}`), verificationKey, bytes)) {
    throw new Error('a token that is right was refused')
  }
  return JSON.parse(Buffer.from(payload, 'base64url').toString())
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
