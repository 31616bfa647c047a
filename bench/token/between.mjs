// What parsing costs between two public-key operations, where it finds its data and code displaced
// from the nearest cache, beside what it costs in a loop of its own.
import { sign, verify } from 'node:crypto'
import { measure, median } from '../measure/rounds.mjs'

/** Microseconds that one JSON.parse of a payload adds, per operation. */
export async function measureBetween(keys, rounds) {
  const { RS256, ES256, EdDSA } = keys
  const rows = []
  for (const { name, act } of [
    { name: 'RS256 verify', act: verifying(RS256, 'sha256') },
    { name: 'ES256 verify', act: verifying(ES256, 'sha256') },
    { name: 'EdDSA verify', act: verifying(EdDSA, null) },
    { name: 'ES256 sign', act: signing(ES256, 'sha256') },
    { name: 'EdDSA sign', act: signing(EdDSA, null) },
  ]) {
    const parse = parsing(RS256)
    const [alone, parsed, both] = await measure(
      [
        { name: 'operation', run: each((index) => act(index)) },
        { name: 'parse', run: each((index) => parse(index)) },
        { name: 'operation and parse', run: each((index) => act(index) + parse(index)) },
      ],
      { rounds },
    )
    const added = median(both.shares.map((share) => 1 / share - 1)) * alone.micros
    rows.push({ name, operation: alone.micros, parse: parsed.micros, added })
  }
  return rows
}

function each(act) {
  return (count) => {
    let sum = 0
    for (let index = 0; index < count; index++) sum += act(index & 255)
    return sum
  }
}

const inputsOf = ({ tokens }) =>
  tokens.map((token) => Buffer.from(token.slice(0, token.lastIndexOf('.'))))

function verifying(key, hash) {
  const { privateKey, publicKey } = key
  const inputs = inputsOf(key)
  const signatures = inputs.map((input) => sign(hash, input, privateKey))
  return (index) => (verify(hash, inputs[index], publicKey, signatures[index]) ? 1 : 0)
}

function signing(key, hash) {
  const inputs = inputsOf(key)
  return (index) => sign(hash, inputs[index], key.privateKey)[0]
}

function parsing({ tokens }) {
  const payloads = tokens.map((token) => Buffer.from(token.split('.')[1], 'base64url').toString())
  return (index) => JSON.parse(payloads[index]).exp
}
