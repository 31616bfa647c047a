// What a verifier holds: memory and look-up of its list, by number of live revocations.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { RevocationList } from '@signet/guard'
import { measure } from '../measure/rounds.mjs'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

/** As the authority makes them: 22 characters behind `ses_`. */
function sessionId(n) {
  return `ses_${n.toString(36).padStart(22, '0')}`
}

export function reportList({ sizes, say }) {
  say('', '## What a verifier holds', '', '| live revocations | MB | bytes each |', '|---|---|---|')
  for (const size of sizes) {
    const bytes = bytesOf(size)
    const cells = [
      size.toLocaleString('en-GB'),
      (bytes / 1e6).toFixed(1),
      (bytes / size).toFixed(0),
    ]
    say(`| ${cells.join(' | ')} |`)
  }
}

function bytesOf(size) {
  collect()
  const before = process.memoryUsage().heapUsed
  const list = fill(size)
  collect()
  const bytes = process.memoryUsage().heapUsed - before
  if (list.size !== size) throw new Error('the list lost entries')
  return bytes
}

function fill(size) {
  const list = new RevocationList()
  // Spread over the 15 minutes in which they are live, as pages of the feed bring them.
  const now = Math.floor(Date.now() / 1000)
  for (let from = 0; from < size; from += 1_000) {
    const count = Math.min(1_000, size - from)
    const entries = Array.from({ length: count }, (_value, index) => ({
      kind: 'session',
      id: sessionId(from + index),
      expiresAt: now + Math.floor(((from + index) / size) * 960),
    }))
    // Out of a text, as they arrive: what was put together here would be larger in memory.
    list.apply(JSON.parse(JSON.stringify(entries)))
  }
  return list
}

export async function reportLookUp({ size, rounds, say }) {
  const list = fill(size)
  const set = new Set(Array.from({ length: size }, (_value, index) => sessionId(index)))
  const subjects = (from) =>
    Array.from({ length: 256 }, (_value, index) => ({
      sid: sessionId(from + index * 7),
      ver: 1,
      jti: `jti-${index}`,
      client_id: 'signet',
      iat: 1,
      kid: 'k1',
    }))
  const ask = (has, some) => (count) => {
    let found = 0
    for (let index = 0; index < count; index++) found += has(some[index & 255]) ? 1 : 0
    return found
  }
  const results = await measure(
    [
      { name: 'a bare Set, not there', run: ask(({ sid }) => set.has(sid), subjects(size)) },
      { name: 'the list, not revoked', run: ask((one) => list.isRevoked(one), subjects(size)) },
      { name: 'the list, revoked', run: ask((one) => list.isRevoked(one), subjects(0)) },
    ],
    { rounds },
  )
  say('', `## A look-up among ${size.toLocaleString('en-GB')}`, '', '| | µs |', '|---|---|')
  for (const { name, micros } of results) say(`| ${name} | ${micros.toFixed(3)} |`)
}
