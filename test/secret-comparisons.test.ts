import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const PACKAGES = ['token', 'guard', 'server', 'cli']

/** What is secret, or becomes known bit by bit to whoever learns how far a guess of it is right. */
const SECRET = String.raw`[\w.?]*(?:mac|seal|digest|signature|proof|hash|password|secret|salt|cookie|token)`

/** Ends at the first difference. What no secret can be is not meant: null, a number, a kind. */
const PLAIN = new RegExp(
  String.raw`\b${SECRET}\s*[!=]==?\s*(?!null|undefined|''|'string'|\d|[A-Z_]+\b)[\w'(]|[\w)]\s+[!=]==?\s*${SECRET}\b(?!\.length|\()|${SECRET}\.(?:equals|includes|startsWith|localeCompare)\(|Buffer\.compare`,
  'i',
)

/** Lines that look like it, and why nobody learns a secret from how long they take. */
const REASONS: Record<string, string> = {
  "token/src/explain/diff.ts: if (signature === 'same') {": 'a word about two signatures',
  'token/src/jwt/verified-tokens.ts: if (young !== undefined) return young.token === token ? young : null':
    'found by 132 bits of its signature: whoever comes this far has them',
  'token/src/jwt/verified-tokens.ts: if (old === undefined || old.token !== token) return null':
    'the same',
  'server/src/accounts/export.ts: ...(passwordHash === NO_PASSWORD ? {} : { passwordHash }),':
    'a constant that is no hash',
  'server/src/accounts/import-fate.ts: passwordHash: row.passwordHash === account.passwordHash || wasReplaced,':
    'both are the operator’s own',
  'server/src/accounts/own-hash.ts: return passwordHash.startsWith(OWN_BEGINNING)':
    'the parameters in front of the hash',
  'server/src/accounts/password-hasher.ts: const hasPassword = passwordHash !== null && passwordHash !== NO_PASSWORD':
    'a constant that is no hash',
  'server/src/accounts/password-hasher.ts: return normalized !== password && stored.verify(password)':
    'two forms of what was typed',
  'server/src/sessions/refresh-token.ts: if (known?.secret === secret) return known.key':
    'one object or another, not their bytes',
  'cli/src/commands/audit.ts: return entries[0]?.sequence === Number(sequence) && entries[0].hash === hash':
    'both are printed for everybody who may run the command',
}

/** Where something secret is compared with what somebody presents, in time that tells nothing. */
const IN_CONSTANT_TIME: Record<string, RegExp> = {
  // An HMAC of the token; signatures with public keys are no secrets.
  'token/src/jws/signature.ts': /isEqualAt\(SCRATCH_START \+ start, mac\)/,
  'token/src/bytes/scratch.ts': /difference \|= .*\n {2}\}\n {2}return difference === 0/,
  'server/src/sessions/refresh-token.ts': /return timingSafeEqual\(presented\.mac, macOf\(/,
  'server/src/limits/device-proof.ts': /= timingSafeEqual\(bytes\.subarray\(.*, macOf\(/,
  'server/src/clients/client.ts':
    /timingSafeEqual\(given, .*current.*\)\n.*timingSafeEqual\(given, .*former/,
  'server/src/audit/chain.ts': /return a\.length === b\.length && timingSafeEqual\(a, b\)/,
  'server/src/accounts/hashes/scrypt.ts': /return timingSafeEqual\(/,
  'server/src/accounts/hashes/pbkdf2.ts': /return timingSafeEqual\(/,
  'server/src/accounts/hashes/firebase-scrypt.ts': /return timingSafeEqual\(/,
}

const files = PACKAGES.flatMap((name) =>
  readdirSync(`packages/${name}/src`, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => `packages/${name}/src/${file}`),
)

const found = files.flatMap((file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !/^(\*|\/)/.test(line) && PLAIN.test(line))
    .map((line) => `${file.slice('packages/'.length)}: ${line}`),
)

test('K14 nothing secret is compared in a way that ends at the first difference', () => {
  expect(files.length).toBeGreaterThan(200)
  expect(found.sort()).toEqual(Object.keys(REASONS).sort())
})

test.each(Object.entries(IN_CONSTANT_TIME))('K14 %s compares in constant time', (file, how) => {
  expect(readFileSync(`packages/${file}`, 'utf8')).toMatch(how)
})

test('K14 whoever checks a MAC is among them', () => {
  const checking = files.filter((file) => {
    const text = readFileSync(file, 'utf8')
    return /createHmac|timingSafeEqual/.test(text) && /timingSafeEqual|isEqualAt/.test(text)
  })
  const listed = Object.keys(IN_CONSTANT_TIME).map((file) => `packages/${file}`)
  expect(checking.filter((file) => !listed.includes(file))).toEqual([])
})
