// Makes src/jwk/known-secret-hashes.ts from a list of secrets, one a line:
//   node packages/token/scripts/known-secrets.mjs ../shared/vectors/jwt-secrets/jwt.secrets.list
// The list itself is not shipped. Secrets too short for any algorithm are left out: their length
// refuses them. Where a line is hex or base64, what it decodes to is refused as well.
import { hash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const MIN_BYTES = 32
const HASH_BYTES = 5
const LINE_BYTES = 72

const [listPath] = process.argv.slice(2)
if (listPath === undefined) {
  process.stderr.write('Usage: known-secrets.mjs LIST\n')
  process.exit(2)
}

const hashes = new Set()
for (const line of readFileSync(listPath).toString('latin1').split(/\r?\n/)) {
  for (const bytes of readings(line)) {
    if (bytes.length >= MIN_BYTES) {
      hashes.add(hash('sha256', bytes, 'hex').slice(0, 2 * HASH_BYTES))
    }
  }
}

const text = Buffer.from([...hashes].sort().join(''), 'hex').toString('base64')
const lines = text.match(new RegExp(`.{1,${LINE_BYTES}}`, 'g')) ?? []
writeFileSync(
  new URL('../src/jwk/known-secret-hashes.ts', import.meta.url),
  `// Made by scripts/known-secrets.mjs: the first ${HASH_BYTES} bytes of the SHA-256 of each of ${hashes.size} known
// secrets, sorted, in base64. Derived from wallarm/jwt-secrets, Copyright (c) 2020 Wallarm, MIT
// License: permission to use, copy, modify and distribute with this notice; no warranty.
export const HASH_BYTES = ${HASH_BYTES}

export const KNOWN_SECRET_HASHES = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
)
process.stdout.write(`${hashes.size} secrets\n`)

function* readings(line) {
  const bytes = Buffer.from(line, 'latin1')
  yield bytes
  if (/^[0-9a-fA-F]+$/.test(line) && line.length % 2 === 0) yield Buffer.from(line, 'hex')
  if (/^[\w+/-]+={0,2}$/.test(line)) yield Buffer.from(line, 'base64')
}
