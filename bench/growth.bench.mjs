// Does anything get slower when there are more accounts? Refresh, login, the queries behind a login
// and verification at several sizes of one PostgreSQL, in turns, each beside the smallest.
//   npm run bench -- growth [--accounts 1000,100000,5000000] [--rounds 7] [--seconds 3] [--svg FILE]

import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { createGuard } from '@signet/guard'
import { openPostgresDatabase, startPostgres } from '@signet/testkit'
import { signet } from './authority/contestants.mjs'
import { loginSignet, PASSWORD, refreshSignet } from './authority/walkers.mjs'
import { drawChart } from './growth/chart.mjs'
import { emailOf, fill, firstTokenOf, sessionIdOf } from './growth/population.mjs'
import { withCleanup } from './measure/cleanup.mjs'
import { walkFor } from './measure/load.mjs'
import { describeMachine } from './measure/machine.mjs'
import { takeTurns } from './measure/turns.mjs'

const CONNECTIONS = 32
const ISSUER = 'http://localhost:3000'

// The very copies that the authority loads.
const ofServer = createRequire(new URL('../packages/server/package.json', import.meta.url))
const { Client } = ofServer('pg')
const { hash } = ofServer('@node-rs/argon2')

export async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      accounts: { type: 'string', default: '1000,100000,5000000' },
      rounds: { type: 'string', default: '7' },
      seconds: { type: 'string', default: '3' },
      svg: { type: 'string' },
    },
  })
  const sizes = values.accounts.split(',').map(Number)
  const plan = { rounds: Number(values.rounds), ms: Number(values.seconds) * 1000 }
  if (sizes.some((size) => !Number.isInteger(size) || size < CONNECTIONS)) {
    throw new Error(`--accounts takes numbers from ${CONNECTIONS}`)
  }
  await withCleanup(async (defer) => {
    const postgres = await startPostgres({
      settings: { fsync: 'on', shared_buffers: '1GB', max_wal_size: '8GB' },
    })
    defer(() => postgres[Symbol.asyncDispose]())
    say('# Growth', '', describeMachine())
    const populations = []
    for (const accounts of sizes) populations.push(await populate({ accounts, postgres, defer }))
    say(`${CONNECTIONS} connections, ${plan.rounds} rounds of ${values.seconds} s, in turns`)

    const refresh = await compare('refresh', populations, plan, ({ refreshers }) => ({
      run: (ms) => walkFor(ms, refreshers),
    }))
    const login = await compare('login', populations, plan, ({ logins }) => ({
      run: (ms) => walkFor(ms, logins),
    }))
    await compare('queries of a login', populations, plan, ({ client, accounts }) => ({
      run: (ms) => askAlone({ client, accounts, ms }),
    }))
    const verify = await compare('verification', populations, plan, (population) => ({
      run: (ms) => verifyAlone(population, ms),
    }))
    if (values.svg === undefined) return
    const lines = { refresh, login, verification: verify }
    const chart = drawChart({
      title: 'Rate beside that of the smallest population',
      lines: Object.entries(lines).map(([name, points]) => ({ name, points })),
    })
    writeFileSync(values.svg, chart)
  })
}

/** An authority on a database of its own with so many accounts, and all that asks it. */
async function populate({ accounts, postgres, defer }) {
  const database = await openPostgresDatabase(postgres)
  const { SIGNET_DATABASE_URL: databaseUrl } = database.settings
  const contestant = signet({ name: `${accounts}`, databaseUrl })
  const { process: started, port, secret } = await contestant.start()
  defer(() => started.stop())
  const client = new Client({ connectionString: databaseUrl })
  // On Ctrl-C the terminal tells everybody, and the server may be gone first: that is no error, and
  // nobody waits for a farewell.
  client.on('error', () => {})
  await client.connect()
  defer(() => {
    client.end().catch(() => {})
  })
  const begun = performance.now()
  await fill(client, {
    accounts,
    secret,
    passwordHash: await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }),
    onProgress: (done) => {
      process.stderr.write(`\rfilling: ${done} of ${accounts} accounts`)
    },
  })
  process.stderr.write('\n')
  const [{ size }] = await database.query(
    'select pg_size_pretty(pg_database_size(current_database())) as size',
  )
  const seconds = ((performance.now() - begun) / 1000).toFixed(0)
  say(
    `${accounts.toLocaleString('en-GB')} accounts, one session each: ${size}, filled in ${seconds} s`,
  )
  const accessTokens = []
  const each = (create) => Array.from({ length: CONNECTIONS }, (_value, index) => create(index))
  return {
    accounts,
    client,
    pid: started.pid,
    accessTokens,
    guard: await openGuard(port, defer),
    refreshers: each((part) => refreshAnybody({ accounts, part, port, secret, accessTokens })),
    logins: each(() => loginAnybody(accounts, port)),
  }
}

/** Each connection has its share of all sessions, and takes one at random each time. */
function refreshAnybody({ accounts, part, port, secret, accessTokens }) {
  const current = new Map()
  let walker = null
  return {
    port,
    next() {
      const n = part + CONNECTIONS * Math.floor((Math.random() * (accounts - part)) / CONNECTIONS)
      walker = current.get(n) ?? refreshSignet(port, firstTokenOf(n, secret))
      current.set(n, walker)
      return walker.next()
    },
    take(answer) {
      walker.take(answer)
      if (accessTokens.length < 256) accessTokens.push(JSON.parse(answer.body).accessToken)
    },
  }
}

function loginAnybody(accounts, port) {
  let walker = null
  return {
    port,
    next() {
      walker = loginSignet(port, emailOf(Math.floor(Math.random() * accounts)))
      return walker.next()
    },
    take: (answer) => walker.take(answer),
  }
}

async function openGuard(port, defer) {
  // It is the issuer's name that is verified, and the port where it answers that is asked.
  const fetchThere = (url, init) =>
    fetch(String(url).replace(ISSUER, `http://127.0.0.1:${port}`), init)
  const guard = createGuard({ issuer: ISSUER, audience: ISSUER, cacheSize: 0, fetch: fetchThere })
  defer(() => guard.close())
  await guard.ready()
  return guard
}

/** What a login asks the database before it hashes, and a refresh before it writes, one by one. */
async function askAlone({ client, accounts, ms }) {
  const started = performance.now()
  let answers = 0
  while (performance.now() < started + ms) {
    const n = Math.floor(Math.random() * accounts)
    const { rows } = await client.query({
      name: 'by email',
      text: 'select id, password_hash, credentials_version from accounts where email = $1',
      values: [emailOf(n)],
    })
    const { rowCount } = await client.query({
      name: 'by id',
      text: 'select * from sessions where id = $1',
      values: [sessionIdOf(n)],
    })
    if (rows.length !== 1 || rowCount !== 1) throw new Error(`account ${n} is not there`)
    answers += 1
  }
  return { answers, perSecond: answers / ((performance.now() - started) / 1000) }
}

async function verifyAlone({ guard, accessTokens }, ms) {
  const started = performance.now()
  let answers = 0
  while (performance.now() < started + ms) {
    const { subject } = await guard.verify(accessTokens[answers % accessTokens.length])
    if (!subject.startsWith('acc_')) throw new Error('verified to nobody')
    answers += 1
  }
  return { answers, perSecond: answers / ((performance.now() - started) / 1000) }
}

async function compare(title, populations, plan, contestantOf) {
  const contestants = populations.map((population) => ({
    name: population.accounts.toLocaleString('en-GB'),
    pids: [population.pid],
    ...contestantOf(population),
  }))
  const onRound = (round) =>
    process.stderr.write(`${title}, round ${round + 1} of ${plan.rounds}\n`)
  // A login is one hash and little else: the first few are as fast as the thousandth.
  const warmth = title === 'login' ? CONNECTIONS : 4_000
  const results = await takeTurns(contestants, { ...plan, warmth, onRound })
  say('', `## ${title}`, '', '| accounts | a second | µs | beside the smallest | |')
  say('|---|---|---|---|---|')
  for (const { name, perSecond, share, spread } of results) {
    const cells = [name, perSecond.toFixed(0), (1e6 / perSecond).toFixed(0), share.toFixed(3)]
    say(`| ${cells.join(' | ')} | [${spread.map((one) => one.toFixed(2)).join(' … ')}] |`)
  }
  return results.map(({ share, spread }, index) => ({
    accounts: populations[index].accounts,
    share,
    spread,
  }))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}
