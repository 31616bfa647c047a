// The authority beside its neighbours and beside a bare server: refresh, login, client credentials,
// introspection, start, memory, and two processes on one database. Everybody in a process of its own on loopback,
// in turns.
//   npm run bench -- authority [--rounds 9] [--seconds 2]
//     [--only refresh|login|clients|introspection|processes|start]
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openPostgresDatabase, startPostgres } from '@signet/testkit'
import {
  bareServer,
  betterAuth,
  oidcProvider,
  openFolder,
  signet,
} from './authority/contestants.mjs'
import { withCleanup } from './measure/cleanup.mjs'
import { measureSync } from './measure/disk.mjs'
import { walkFor } from './measure/load.mjs'
import { describeMachine, versionOf } from './measure/machine.mjs'
import { residentMegabytes } from './measure/processes.mjs'
import { median } from './measure/rounds.mjs'
import { takeTurns } from './measure/turns.mjs'

const CONNECTIONS = 32
const WARMTH = 8_000
const PEERS = ['oidc-provider', 'better-auth']
const HASH = fileURLToPath(new URL('./authority/servers/hash.mjs', import.meta.url))

export async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string' },
    },
  })
  const rounds = Number(values.rounds)
  const ms = Number(values.seconds) * 1000
  const isWanted = (section) => values.only === undefined || values.only === section
  await withCleanup(async (defer) => {
    const postgres = await startPostgres({ settings: { fsync: 'on' } })
    defer(() => postgres[Symbol.asyncDispose]())
    say('# The authority', '', describeMachine())
    say(
      PEERS.map((peer) => `${peer} ${peerVersion(peer)}, `).join('') +
        (await versionOfPostgres(postgres)),
    )
    const { medianMs, slowMs } = measureSync(openFolder())
    say(
      `4 KiB on disk: ${medianMs.toFixed(2)} ms (one in twenty: ${slowMs.toFixed(2)} ms and more)`,
    )
    say(
      `${CONNECTIONS} connections, ${rounds} rounds of ${values.seconds} s, medians [middle half]`,
    )
    const plan = { rounds, ms, postgres }
    if (isWanted('refresh')) await refresh(plan)
    if (isWanted('login')) await login(plan)
    if (isWanted('clients')) await clientTokens(plan)
    if (isWanted('introspection')) await introspection(plan)
    if (isWanted('processes')) await processes(plan)
    if (isWanted('start')) await starts(plan)
  })
}

async function refresh({ rounds, ms, postgres }) {
  const database = await openPostgresDatabase(postgres)
  const empty = await openPostgresDatabase(postgres)
  const field = [
    bareServer('sign'),
    signet({ name: 'signet, SQLite' }),
    signet({ name: 'signet, PostgreSQL', databaseUrl: urlOf(database) }),
    bareServer('update', urlOf(empty)),
    oidcProvider,
    betterAuth,
    bareServer('constant'),
  ]
  const started = await startAll(field)
  const contestants = []
  for (const { name, running } of started) {
    const pids = pidsOf(name, running, postgres)
    const walkers = await running.refreshers(CONNECTIONS)
    const run = async (time) =>
      walkFor(time, running.isRenewed ? await running.refreshers(CONNECTIONS) : walkers)
    contestants.push({ name, pids, run })
  }
  await compare({ heading: 'refresh', yardstick: 'bare', contestants, rounds, ms })
  await stopAll(started)
}

async function login({ rounds, ms, postgres }) {
  const database = await openPostgresDatabase(postgres)
  const started = await startAll([
    signet({ name: 'signet, SQLite' }),
    signet({ name: 'signet, PostgreSQL', databaseUrl: urlOf(database) }),
    betterAuth,
  ])
  const hashing = fork(HASH)
  await once(hashing, 'message')
  const contestants = [
    {
      name: 'argon2id alone',
      pids: [hashing.pid],
      run: async (time) => {
        hashing.send({ ms: time })
        return (await once(hashing, 'message'))[0]
      },
    },
  ]
  for (const { name, running } of started) {
    const logins = await running.logins(CONNECTIONS)
    const pids = pidsOf(name, running, postgres)
    contestants.push({ name, pids, run: (time) => walkFor(time, logins) })
  }
  // A login takes tens of milliseconds: shorter rounds would count too few of them.
  // And what is slow because it is new, is new for minutes where there are a hundred a second.
  const measured = { contestants, rounds, ms: 2 * ms, warmth: 3_000 }
  await compare({ heading: 'login', yardstick: 'argon2id alone', ...measured })
  hashing.disconnect()
  await stopAll(started)
}

async function clientTokens(plan) {
  await compareAsked(plan, {
    heading: 'client credentials',
    server: 'sign',
    peers: [oidcProvider],
    walk: (running) => running.clients(CONNECTIONS),
  })
}

async function introspection(plan) {
  await compareAsked(plan, {
    heading: 'introspection',
    server: 'verify',
    peers: [],
    walk: (running) => running.introspectors(CONNECTIONS),
  })
}

/** What clients ask for: beside a bare server that does the cryptography alone. */
async function compareAsked({ rounds, ms, postgres }, { heading, server, peers, walk }) {
  const database = await openPostgresDatabase(postgres)
  const started = await startAll([
    bareServer(server),
    signet({ name: 'signet, SQLite' }),
    signet({ name: 'signet, PostgreSQL', databaseUrl: urlOf(database) }),
    ...peers,
  ])
  const contestants = []
  for (const { name, running } of started) {
    const walkers = await walk(running)
    const pids = pidsOf(name, running, postgres)
    contestants.push({ name, pids, run: (time) => walkFor(time, walkers) })
  }
  await compare({ heading, yardstick: 'bare', contestants, rounds, ms })
  await stopAll(started)
}

async function processes({ rounds, ms, postgres }) {
  const database = await openPostgresDatabase(postgres)
  const contestant = signet({ name: 'signet, PostgreSQL', databaseUrl: urlOf(database) })
  const [first, second] = [await contestant.start(), await contestant.start()]
  const one = await first.refreshers(CONNECTIONS)
  const two = [
    ...(await first.refreshers(CONNECTIONS / 2)),
    ...(await second.refreshers(CONNECTIONS / 2)),
  ]
  const pids = [first.process.pid, second.process.pid, postgres.pid()]
  const contestants = [
    { name: 'one process', pids, run: (time) => walkFor(time, one) },
    { name: 'two processes', pids, run: (time) => walkFor(time, two) },
  ]
  const heading = 'two processes on one PostgreSQL'
  await compare({ heading, yardstick: 'one process', contestants, rounds, ms })
  await Promise.all([first.process.stop(), second.process.stop()])
}

async function starts({ postgres }) {
  const database = await openPostgresDatabase(postgres)
  const field = [
    bareServer('sign'),
    signet({ name: 'signet, SQLite' }),
    signet({ name: 'signet, PostgreSQL', databaseUrl: urlOf(database) }),
    oidcProvider,
    betterAuth,
  ]
  const figures = new Map(field.map(({ name }) => [name, { first: 0, ms: [], megabytes: [] }]))
  for (let round = 0; round < 6; round++) {
    for (const { name, start } of field) {
      process.stderr.write(`start ${round}: ${name}\n`)
      const { process: started } = await start()
      const figure = figures.get(name)
      if (round === 0) figure.first = started.startMs
      else figure.ms.push(started.startMs)
      await new Promise((resolve) => setTimeout(resolve, 3_000))
      figure.megabytes.push(residentMegabytes(started.pid))
      await started.stop()
    }
  }
  say('', '## start and memory', '')
  say('| | first start, ms | to the first answer, ms (median of 5) | idle after 3 s, MB |')
  say('|---|---|---|---|')
  for (const [name, { first, ms, megabytes }] of figures) {
    const cells = [first, median(ms), median(megabytes)].map((one) => one.toFixed(0))
    say(`| ${name} | ${cells.join(' | ')} |`)
  }
}

async function startAll(field) {
  const started = []
  for (const { name, start } of field) started.push({ name, running: await start() })
  return started
}

async function stopAll(started) {
  await Promise.all(started.map(({ running }) => running.process.stop()))
}

function pidsOf(name, running, postgres) {
  return [running.process.pid, ...(name.includes('PostgreSQL') ? [postgres.pid()] : [])]
}

async function compare({ heading, yardstick, contestants, rounds, ms, warmth = WARMTH }) {
  const onRound = (round) => process.stderr.write(`${heading}, round ${round + 1} of ${rounds}\n`)
  const results = await takeTurns(contestants, { rounds, ms, warmth, onRound })
  say('', `## ${heading}`, '')
  table(yardstick, results)
}

function table(yardstick, results) {
  say(
    `| | answers/s | share of ${yardstick} | | processor, µs an answer |`,
    '|---|---|---|---|---|',
  )
  for (const { name, perSecond, share, spread, micros } of results) {
    const range = `[${spread.map((one) => one.toFixed(2)).join(' … ')}]`
    const processor = micros.map((one) => one.toFixed(0)).join(' + ')
    const rate = perSecond.toFixed(perSecond < 100 ? 1 : 0)
    say(`| ${name} | ${rate} | ${share.toFixed(2)} | ${range} | ${processor} |`)
  }
}

async function versionOfPostgres(postgres) {
  const database = await openPostgresDatabase(postgres)
  const [{ server_version: version }] = await database.query('show server_version')
  return `PostgreSQL ${version}, fsync on`
}

function urlOf(database) {
  return database.settings.SIGNET_DATABASE_URL
}

function peerVersion(peer) {
  return versionOf(new URL(`./peers/node_modules/${peer}/package.json`, import.meta.url))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}
