// What clients of a remote key set do in the cases they exist for: unknown keys, an authority that
// fails, is away or answers nonsense, keys that are removed. Counted, not timed: a busy machine
// changes nothing but how long it takes.
//   npm run bench -- keysets [--only jose]

import { parseArgs } from 'node:util'
import { generateKey } from '@signet/token'
import { ALGORITHM, FLOOD_MEGABYTES, startAuthority } from './keysets/authority.mjs'
import { CLIENTS, PEERS } from './keysets/clients.mjs'
import { passMinutes, resetClocks } from './keysets/clocks.mjs'
import { describeMachine, versionOf } from './measure/machine.mjs'

const REQUESTS = 50
/** Longer than any of these keeps a set without asking again, by default. */
const CACHE_MINUTES = 11
const DAY_MINUTES = 25 * 60
/** Far less than the shortest pause that anybody makes between two fetches. */
const AT_ONCE_MS = 4_000

/** Each fills a few rows of the table. */
const CASES = [
  {
    rows: [`${REQUESTS} unknown kids one by one: fetches`, 'then a really new key, at once'],
    run: unknownKids,
  },
  { rows: ['a really new key, nothing before'], run: newKey },
  {
    rows: [
      `never had keys, authority answers 503, ${REQUESTS} requests: fetches`,
      `the next ${REQUESTS}: fetches`,
    ],
    run: neverHadKeys,
  },
  {
    rows: [
      `keys known, cache over, authority answers 503, ${REQUESTS} requests: fetches`,
      '… of which accepted',
    ],
    run: answers503,
  },
  {
    rows: ['cache over, authority down, 20 tokens: accepted', 'a day later: accepted'],
    run: authorityDown,
  },
  { rows: ['a removed key, at once', 'a removed key, cache over'], run: removedKey, maxAge: 10 },
  {
    rows: ['refreshed before max-age is over', 'asks with the ETag'],
    run: refreshAhead,
    maxAge: 10,
  },
  { rows: [`a set of ${FLOOD_MEGABYTES} MB: read, MB`], run: flood },
]

export async function bench(args) {
  const { values } = parseArgs({ args, options: { only: { type: 'string' } } })
  const names = Object.keys(CLIENTS).filter((name) => [undefined, name].includes(values.only))
  say('# Remote key sets', '', describeMachine())
  say(PEERS.map((name) => `${name} ${peerVersion(name)}`).join(', '))
  say('each with its own defaults; hours pass by moving the clocks of the process', '')
  say(`| | ${names.join(' | ')} |`, `|---|${names.map(() => '---|').join('')}`)
  for (const { rows, run, maxAge } of CASES) {
    const columns = []
    for (const name of names) columns.push(await measure(name, { run, maxAge }))
    for (const [index, row] of rows.entries()) {
      say(`| ${row} | ${columns.map((cells) => cells[index]).join(' | ')} |`)
    }
  }
}

async function measure(name, { run, maxAge = 600 }) {
  const authority = await startAuthority({ hasFeed: name === 'signet', maxAge })
  const opened = []
  const open = () => {
    const client = CLIENTS[name](authority)
    opened.push(client)
    return client
  }
  try {
    return await run({ authority, open, openWarm: () => openWarm({ authority, open }) })
  } finally {
    for (const client of opened) client.close?.()
    await authority.close()
    resetClocks()
  }
}

/** A client that has verified a token; what it fetched until then is not counted. */
async function openWarm({ authority, open }) {
  const client = open()
  await client.isReady?.()
  await client.verify(authority.sign())
  authority.fetches = 0
  return client
}

async function unknownKids({ authority, openWarm }) {
  const client = await openWarm()
  for (let index = 0; index < REQUESTS; index++) {
    await isAccepted(client, authority.sign({ kid: `unknown-${index}` }))
  }
  return [authority.fetches, await publishNewKey(client, authority)]
}

async function newKey({ authority, openWarm }) {
  return [await publishNewKey(await openWarm(), authority)]
}

async function publishNewKey(client, authority) {
  authority.keys.unshift(await generateKey(ALGORITHM))
  authority.announce()
  return judge(client, { token: authority.sign(), until: 'accepted' })
}

async function neverHadKeys({ authority, open }) {
  authority.mode = '503'
  const client = open()
  await sendMany(client, authority)
  const { fetches } = authority
  await sendMany(client, authority)
  return [fetches, authority.fetches - fetches]
}

async function answers503({ authority, openWarm }) {
  const client = await openWarm()
  authority.mode = '503'
  passMinutes(CACHE_MINUTES)
  const accepted = await sendMany(client, authority)
  return [authority.fetches, `${accepted} of ${REQUESTS}`]
}

async function authorityDown({ authority, openWarm }) {
  const client = await openWarm()
  passMinutes(CACHE_MINUTES)
  await authority.down()
  const first = await sendMany(client, authority, 20)
  passMinutes(DAY_MINUTES)
  return [first, await sendMany(client, authority, 20)].map((accepted) => `${accepted} of 20`)
}

async function removedKey({ authority, openWarm }) {
  const client = await openWarm()
  const { keys } = authority
  authority.keys = [await generateKey(ALGORITHM)]
  authority.announce()
  const removed = authority.sign({ key: keys[0] })
  const atOnce = await judge(client, { token: removed, until: 'refused' })
  // Both for who goes by the header and for who goes by a time of its own.
  await soon(10_000)
  passMinutes(CACHE_MINUTES)
  // Of this minute, so that it is not refused for its age.
  const token = authority.sign({ key: keys[0] })
  return [atOnce, await judge(client, { token, until: 'refused' })]
}

async function refreshAhead({ authority, openWarm }) {
  const client = await openWarm()
  await soon(10_000)
  const isAhead = authority.fetches > 0
  passMinutes(CACHE_MINUTES)
  await isAccepted(client, authority.sign())
  if (authority.fetches === 0) return ['no', 'does not ask']
  return [isAhead, authority.conditional > 0].map((is) => (is ? 'yes' : 'no'))
}

async function flood({ authority, open }) {
  authority.mode = 'flood'
  await isAccepted(open(), authority.sign())
  return [authority.mostFlooded]
}

async function sendMany(client, authority, count = REQUESTS) {
  let accepted = 0
  for (let index = 0; index < count; index++) {
    if (await isAccepted(client, authority.sign())) accepted += 1
  }
  return accepted
}

/** What becomes of a token; what comes within some seconds, on a busy machine, counts as at once. */
async function judge(client, { token, until }) {
  const deadline = Date.now() + AT_ONCE_MS
  for (;;) {
    const verdict = (await isAccepted(client, token)) ? 'accepted' : 'refused'
    if (verdict === until || Date.now() > deadline) return verdict
    await soon(100)
  }
}

async function isAccepted(client, token) {
  try {
    await client.verify(token)
    return true
  } catch {
    return false
  }
}

/** Time for what goes on in the background, the same for everybody. */
function soon(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function peerVersion(peer) {
  return versionOf(new URL(`./peers/node_modules/${peer}/package.json`, import.meta.url))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}
