// Fuzzed tokens (promise R10): 0 accepted that nobody signed, 0 crashes, bounded time for each.
//   npm run prove -- fuzz --tokens 1000000 --seed 1
// Each round takes a genuine token, or builds one from hostile parts, changes it, and asks every
// verifier. Whether an acceptance is right is decided without the library: the text must be
// exactly one that was signed here, and its claims must satisfy a referee that reads them plainly.
// The seed fixes every choice but the keys, which are new in each run.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { parseArgs } from 'node:util'
import * as T from '@signet/token'

const NOW = 1_800_000_000
const EXPECTED = { issuer: 'https://issuer.example', audience: 'orders', now: () => NOW }
const CLAIMS = { iss: EXPECTED.issuer, aud: 'orders', sub: 'u1', iat: NOW, exp: NOW + 900 }
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const ODD = [
  '.',
  '=',
  '+',
  '/',
  ' ',
  '\n',
  '\0',
  '{',
  '"',
  '\u0141',
  '\ud800',
  '\u20ac',
  '😀',
  '%41',
]
// Generous, because the machine may be busy; a token that costs more shows a bug of another order.
const SLOW_MS = 250

export async function prove(args) {
  const { values } = parseArgs({
    args,
    options: {
      tokens: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
    },
  })
  const total = Number(values.tokens)
  const seed = Number(values.seed)
  if (!Number.isSafeInteger(total) || total < 1 || !Number.isSafeInteger(seed)) {
    throw new TypeError('--tokens and --seed are whole numbers')
  }
  const random = createRandom(seed)
  const issuers = createIssuers()
  const genuine = new Set()
  const verifiers = createVerifiers(issuers)
  const seen = { accepted: 0, falseAccepts: 0, crashes: 0, slow: 0, codes: new Map() }
  const started = performance.now()
  for (let round = 0; round < total; round++) {
    const token = nextToken({ random, issuers, genuine })
    for (const verifier of verifiers) judge({ verifier, token, genuine, seen })
    if (genuine.size > 5000) genuine.clear()
  }
  const seconds = (performance.now() - started) / 1000
  report({ total, seed, seconds, seen })
  return seen.falseAccepts === 0 && seen.crashes === 0 && seen.slow === 0 && seen.accepted > 0
}

function createIssuers() {
  const secret = Buffer.from('fuzz-secret-fuzz-secret-fuzz-secret-fuzz-secret-fuzz-secret-1234')
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const ed = generateKeyPairSync('ed25519')
  const p1363 = { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }
  const of = (algorithm, keyObject) =>
    T.importKeyObject(keyObject, { algorithm, kid: `k-${algorithm}` })
  return [
    {
      key: T.secretKey(secret, { algorithm: 'HS256', kid: 'k-HS256' }),
      sign: (input) => createHmac('sha256', secret).update(input).digest(),
    },
    { key: of('RS256', rsa.publicKey), sign: (input) => sign('sha256', input, rsa.privateKey) },
    { key: of('ES256', ec.publicKey), sign: (input) => sign('sha256', input, p1363) },
    { key: of('EdDSA', ed.publicKey), sign: (input) => sign(null, input, ed.privateKey) },
  ]
}

function createVerifiers(issuers) {
  const [, ...publicIssuers] = issuers
  const set = T.createKeySet(publicIssuers.map(({ key }) => key))
  return [
    T.createVerifier(issuers[0].key, { ...EXPECTED, cacheSize: 64 }),
    T.createVerifier(set, { ...EXPECTED, cacheSize: 64 }),
    T.createVerifier(set, { ...EXPECTED, maxTokenBytes: 65_536 }),
    (token) => void T.decode(token),
  ]
}

function judge({ verifier, token, genuine, seen }) {
  const started = performance.now()
  try {
    const result = verifier(token)
    if (result === undefined) return
    seen.accepted++
    if (!genuine.has(token) || !isSound(token)) {
      seen.falseAccepts++
      process.stderr.write(`accepted wrongly: ${JSON.stringify(token)}\n`)
    }
  } catch (error) {
    if (error instanceof T.TokenError) {
      seen.codes.set(error.code, (seen.codes.get(error.code) ?? 0) + 1)
    } else {
      seen.crashes++
      process.stderr.write(`crash ${error?.stack} for ${JSON.stringify(token)}\n`)
    }
  }
  if (performance.now() - started > SLOW_MS) seen.slow++
}

/** What every accepted token must satisfy, written without regard to the library. */
function isSound(token) {
  const [header, claims] = token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')))
  const audiences = [claims.aud].flat()
  const isTime = (value) => Number.isFinite(value) && value >= 0
  return (
    Object.keys(header).every((name) => !['crit', 'b64', 'zip', 'enc'].includes(name)) &&
    claims.iss === EXPECTED.issuer &&
    audiences.includes(EXPECTED.audience) &&
    audiences.every((one) => typeof one === 'string' && one !== '') &&
    isTime(claims.exp) &&
    claims.exp > NOW - 10 &&
    claims.exp < 253_402_300_800 &&
    ['nbf', 'iat'].every(
      (name) => !(name in claims) || (isTime(claims[name]) && claims[name] <= NOW + 10),
    ) &&
    ['sub', 'jti'].every((name) => !(name in claims) || /^\P{Cc}+$/u.test(String(claims[name]))) &&
    !JSON.stringify(claims).includes('\\ud')
  )
}

function nextToken({ random, issuers, genuine }) {
  const issuer = random.pick(issuers)
  // A third of the tokens keep a right signature over hostile text: those reach the parsers.
  const kind = random.below(6)
  if (kind === 0) return randomText(random)
  const header = headerText(random, issuer.key)
  const payload = payloadText(random)
  if (kind <= 2) return signed({ header, payload, issuer, genuine })
  const good = signed({
    header: JSON.stringify({ alg: issuer.key.algorithm, kid: issuer.key.kid }),
    payload: JSON.stringify({ ...CLAIMS, jti: String(random.below(1000)) }),
    issuer,
    genuine,
  })
  const change = random.below(50)
  if (change === 0) return good
  // Where a second spelling of the same bytes would be.
  if (change <= 5) return good.slice(0, -1) + random.pick(ALPHABET)
  return mutate(good, random)
}

function signed({ header, payload, issuer, genuine }) {
  const input = `${encode(header)}.${encode(payload)}`
  const token = `${input}.${issuer.sign(Buffer.from(input)).toString('base64url')}`
  genuine.add(token)
  return token
}

function encode(text) {
  return Buffer.from(text, typeof text === 'string' ? 'utf8' : undefined).toString('base64url')
}

function headerText(random, key) {
  const header = { alg: key.algorithm, kid: key.kid, typ: 'JWT' }
  const oddity = random.below(12)
  if (oddity === 0)
    header.alg = random.pick(['none', 'HS256', 'RS512', 'ES384', null, 7, [key.algorithm]])
  if (oddity === 1) header.kid = random.pick(['', '__proto__', null, 'k-RS256', 'x'.repeat(500)])
  if (oddity === 2)
    Object.assign(header, random.pick([{ crit: ['x'] }, { b64: false }, { jwk: {} }]))
  const text = JSON.stringify(header)
  return oddity === 3 ? mutate(text, random) : text
}

function payloadText(random) {
  const claims = { ...CLAIMS, sub: `u${random.below(100)}` }
  const name = random.pick(['iss', 'aud', 'sub', 'exp', 'nbf', 'iat', 'jti', 'x'])
  if (random.below(2) === 0) claims[name] = hostileValue(random, 3)
  const text = JSON.stringify(claims)
  const bytes = Buffer.from(random.below(3) === 0 ? mutate(text, random) : text)
  if (random.below(20) === 0 && bytes.length > 0) {
    bytes[random.below(bytes.length)] = random.below(256)
  }
  return bytes
}

function hostileValue(random, depth) {
  const leaf = [null, true, '', 'u1', 0, -1, 1e300, NOW, 2 ** 53, '\0', '\ud800', '__proto__']
  const kind = depth === 0 ? 0 : random.below(4)
  if (kind === 0) return random.pick(leaf)
  if (kind === 1)
    return Array.from({ length: random.below(4) }, () => hostileValue(random, depth - 1))
  const names = ['a', 'iss', '', 'constructor', '"', '\u2028']
  return Object.fromEntries(
    Array.from({ length: random.below(4) }, () => [
      random.pick(names),
      hostileValue(random, depth - 1),
    ]),
  )
}

function mutate(text, random) {
  let changed = text
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(changed.length + 1)
    const piece = random.below(3) === 0 ? random.pick(ODD) : random.pick(ALPHABET)
    const dropped = random.below(3)
    changed = changed.slice(0, at) + piece.repeat(random.below(2)) + changed.slice(at + dropped)
  }
  return changed
}

function randomText(random) {
  const length = random.below(random.pick([4, 60, 600, 9000]))
  let text = ''
  while (text.length < length)
    text += random.below(9) === 0 ? random.pick(ODD) : random.pick(ALPHABET)
  return text
}

/** mulberry32: small, seeded, the same everywhere. */
function createRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit) => Math.floor(next() * limit)
  return { below, pick: (list) => list[below(list.length)] }
}

function report({ total, seed, seconds, seen }) {
  const lines = [
    `fuzz: ${total} tokens, seed ${seed}, Node ${process.version}, ${seconds.toFixed(1)} s`,
    `accepted ${seen.accepted}, of these wrongly ${seen.falseAccepts}`,
    `crashes ${seen.crashes}, slower than ${SLOW_MS} ms ${seen.slow}`,
    ...[...seen.codes].sort().map(([code, count]) => `  ${code.padEnd(24)} ${count}`),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
