// What revocation costs and how soon it is there: memory of a verifier, snapshots, the wire, endings a
// second, what asking costs a request, and the time from the answer to the refusal.
//   npm run bench -- revocation [--only list|requests|endings|snapshot|reach] [--rounds 9]
//     [--entries 1000000] [--endings 1000]
import { parseArgs } from 'node:util'
import { openPostgresDatabase, openSqliteDatabase, startPostgres } from '@signet/testkit'
import { withCleanup } from './measure/cleanup.mjs'
import { describeMachine } from './measure/machine.mjs'
import { prove as proveFeed } from './prove/feed.mjs'
import { measureEndings, megabytesADay } from './revocation/endings.mjs'
import { reportList, reportLookUp } from './revocation/list.mjs'
import { reportRequests } from './revocation/requests.mjs'
import { reportSnapshot } from './revocation/snapshot.mjs'

const SECTIONS = ['list', 'requests', 'endings', 'snapshot', 'reach']

export async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', multiple: true, default: SECTIONS },
      rounds: { type: 'string', default: '9' },
      entries: { type: 'string', default: '1000000' },
      endings: { type: 'string', default: '1000' },
      sessions: { type: 'string', default: '40000' },
    },
  })
  const [rounds, entries, endings, sessions] = ['rounds', 'entries', 'endings', 'sessions'].map(
    (name) => Number(values[name]),
  )
  const isWanted = (section) => values.only.includes(section)
  say('# Revocation', '', describeMachine())
  await withCleanup(async (defer) => {
    if (isWanted('list')) {
      reportList({ sizes: [10_000, 100_000, entries], say })
      await reportLookUp({ size: entries, rounds, say })
    }
    if (isWanted('requests')) await reportRequests({ rounds, times: 500, say, defer })
    if (isWanted('endings')) await reportEndings({ rounds, sessions, defer })
    if (isWanted('snapshot')) {
      for (const [name, database] of await openDatabases(defer)) {
        await reportSnapshot({ name, database, entries, say, defer })
      }
    }
  })
  if (isWanted('reach')) await reportReach(endings)
}

async function openDatabases(defer) {
  const postgres = await startPostgres({ settings: { fsync: 'on' } })
  defer(() => postgres[Symbol.asyncDispose]())
  const file = await openSqliteDatabase()
  defer(() => file[Symbol.asyncDispose]())
  return [
    ['SQLite', file],
    ['PostgreSQL', await openPostgresDatabase(postgres)],
  ]
}

async function reportEndings({ rounds, sessions, defer }) {
  say('', '## Endings, 32 connections', '', '| | a second |', '|---|---|')
  let messages = null
  for (const [name, database] of await openDatabases(defer)) {
    const { perSecond, lone } = await measureEndings({ database, sessions, rounds, ms: 2_000 })
    say(`| ${name} | ${perSecond.toFixed(0)} |`)
    messages = lone
  }
  say(
    '',
    `An end alone is ${messages.endBytes} bytes on the stream, a pulse ${messages.pulseBytes}: with 1,000,000 logouts a day ${megabytesADay(messages).toFixed(0)} MB a day for each verifier.`,
  )
}

/** The proof of it, with figures. */
async function reportReach(endings) {
  say('', '## From the answer to the refusal, 32 verifiers', '')
  const count = ['--count', String(Math.ceil(endings / 5))]
  await proveFeed([...count, '--database', 'SQLite'])
  for (const wakeUps of ['notify', 'redis', 'poll']) {
    await proveFeed([...count, '--database', 'PostgreSQL', '--wake-ups', wakeUps])
  }
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}
