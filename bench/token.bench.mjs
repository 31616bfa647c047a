// @signet/token beside jose, jsonwebtoken and fast-jwt and beside the raw operation of
// node:crypto, in one process, interleaved, the strict profile on.
//   npm run bench -- token [--rounds 11] [--only verify|sign|between|repeated|concurrent|size]
// Everybody checks issuer, audience and expiry of 256 distinct tokens with a key prepared once.

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import * as T from '@signet/token'
import { describeMachine, versionOf } from './measure/machine.mjs'
import { measure, median, ratio } from './measure/rounds.mjs'
import { measureBetween } from './token/between.mjs'
import { measureConcurrency } from './token/concurrent.mjs'
import { createKeys } from './token/keys.mjs'
import { measureEntryBytes, repeatedContestants } from './token/repeated.mjs'
import { signContestants } from './token/sign.mjs'
import { verifyContestants } from './token/verify.mjs'

const ALGORITHMS = ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']
const PEERS = ['jose', 'jsonwebtoken', 'fast-jwt']

export async function bench(args) {
  const { values } = parseArgs({
    args,
    options: { rounds: { type: 'string', default: '11' }, only: { type: 'string' } },
  })
  const rounds = Number(values.rounds)
  const isWanted = (section) => values.only === undefined || values.only === section
  say(`# @signet/token`, '', describeMachine())
  say(PEERS.map((peer) => `${peer} ${peerVersion(peer)}`).join(', '))
  say(`${rounds} rounds; µs of processor; a share is raw / this, median of rounds [middle half]`)
  const keys = await createKeys(ALGORITHMS)
  if (isWanted('verify')) await table('verify', verifyContestants, { keys, rounds })
  if (isWanted('sign')) await table('sign', signContestants, { keys, rounds })
  if (isWanted('between')) await between({ keys, rounds })
  if (isWanted('repeated')) await repeated({ keys, rounds })
  if (isWanted('concurrent')) await concurrent({ keys, rounds })
  if (isWanted('size')) size()
}

async function table(title, contestantsOf, { keys, rounds }) {
  say('', `## ${title}`, '', '| | µs | share of raw | |', '|---|---|---|---|')
  for (const algorithm of ALGORITHMS) {
    const results = await measure(contestantsOf(keys[algorithm]), { rounds })
    for (const { name, micros, share, spread } of results) {
      const range = `[${spread.map((one) => one.toFixed(2)).join(' … ')}]`
      say(`| ${algorithm} ${name} | ${micros.toFixed(2)} | ${share.toFixed(3)} | ${range} |`)
    }
    const ours = results.find(({ name }) => name === 'signet')
    const plain = results.find(({ name }) => name.startsWith('raw and'))
    say(`| ${algorithm} signet / ${plain.name} | | ${ratio(ours, plain).toFixed(2)} | |`)
    const peers = results.filter(({ name }) => PEERS.some((peer) => name.startsWith(peer)))
    const best = peers.reduce((a, b) => (a.share > b.share ? a : b))
    say(`| ${algorithm} signet / fastest peer | | ${ratio(ours, best).toFixed(2)} | ${best.name} |`)
  }
}

async function between({ keys, rounds }) {
  say('', '## a JSON.parse between two operations, µs', '')
  say('| | operation | parse in its own loop | parse in between |', '|---|---|---|---|')
  for (const { name, operation, parse, added } of await measureBetween(keys, rounds)) {
    say(`| ${name} | ${operation.toFixed(1)} | ${parse.toFixed(2)} | ${added.toFixed(2)} |`)
  }
}

async function repeated({ keys, rounds }) {
  say('', '## the same token again, a fresh string each time', '', '| | µs |', '|---|---|')
  for (const algorithm of ['HS256', 'ES256']) {
    for (const { name, micros } of await measure(repeatedContestants(keys[algorithm]), {
      rounds,
    })) {
      say(`| ${algorithm} ${name} | ${micros.toFixed(3)} |`)
    }
  }
  say('', `Memory of a remembered token, itself included: ${measureEntryBytes(keys.ES256)} bytes`)
}

async function concurrent({ keys, rounds }) {
  say('', '## 32 at once on the thread pool, times as fast as one by one (wall clock)', '')
  say('| | median | each round |', '|---|---|---|')
  for (const [name, ratios] of Object.entries(await measureConcurrency(keys, rounds))) {
    const each = ratios.map((one) => one.toFixed(2)).join(' ')
    say(`| ${name} | ${median(ratios).toFixed(2)} | ${each} |`)
  }
}

/** The main door alone: what `import '@signet/token'` loads. */
function size() {
  const code = modulesBehind(new URL('../packages/token/dist/index.js', import.meta.url))
  const all = code.join('')
  say('', '## size', '')
  say(`${code.length} modules, ${all.length} bytes, ${gzipSync(all).length} compressed`)
  say(`${Object.keys(T).length} exports, no dependencies`)
}

function modulesBehind(entry) {
  const code = new Map()
  const wanted = [entry.href]
  for (const href of wanted) {
    if (code.has(href)) continue
    const text = readFileSync(new URL(href), 'utf8')
    code.set(href, text)
    for (const [, path] of text.matchAll(/from '(\.[^']+)'/g)) wanted.push(new URL(path, href).href)
  }
  return [...code.values()]
}

function peerVersion(peer) {
  return versionOf(new URL(`./peers/node_modules/${peer}/package.json`, import.meta.url))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}
