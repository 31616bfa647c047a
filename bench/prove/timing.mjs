// How long a refused login takes, whatever it is refused for (promise K01): the medians differ by less
// than two in a hundred. One request at a time, the causes by turns.
//   npm run prove -- timing --samples 5000

import { writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSignet, spawnAuthority } from '@signet/testkit'
import { describeMachine } from '../measure/machine.mjs'

const MAX_DIFFERENCE = 0.02
const PASSWORD = 'correct horse battery'
/** Of another system: bcrypt with cost 10. */
const BCRYPT = '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'
const IMPORTED = 20

const settings = { SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS: 'true', SIGNET_LOG_LEVEL: 'error' }
const agent = new Agent({ keepAlive: true })

/** The first of a group is what the others are held against; `null`: told in the answer anyway. */
const CAUSES = [
  ['own', 'a wrong password', '/login', () => ['known@example.com', 'not the password'], 401],
  ['own', 'no such account', '/login', (turn) => [`no${turn}@example.com`, PASSWORD], 401],
  ['own', 'no address at all', '/login', (turn) => [`no${turn}`, PASSWORD], 401],
  ['own', 'disabled, a wrong password', '/login', () => ['off@example.com', 'not it at all'], 401],
  ['own', 'disabled, the right password', '/login', () => ['off@example.com', PASSWORD], 401],
  [null, 'sign-up to a taken address', '/signup', () => ['known@example.com', PASSWORD], 409],
  ['imported', 'a wrong password', '/login', (turn) => [mail(turn), 'not the password'], 401],
  ['imported', 'no such account', '/login', (turn) => [`no${turn}@example.com`, PASSWORD], 401],
].map(([group, name, path, credentials, status]) => ({ group, name, path, credentials, status }))

const mail = (turn) => `person${turn % IMPORTED}@example.com`

/** Odd, so that each of them leads to all eight causes. */
const STEPS = [1, 3, 5, 7]

export async function prove(args) {
  const options = { samples: { type: 'string', default: '5000' } }
  const samples = Number(parseArgs({ args, options }).values.samples)
  const own = await spawnAuthority({ settings })
  const imported = await spawnAuthority({ settings })
  try {
    await fillOwn(own)
    await fillImported(imported)
    console.log(`${describeMachine()}; ${samples} samples of each`)
    const times = CAUSES.map(() => [])
    for (let turn = -20; turn < samples; turn++) {
      for (let place = 0; place < CAUSES.length; place++) {
        // Each comes behind others in turn: whoever waits longer finds a colder machine.
        const which = (place * STEPS[turn & 3] + turn + 20) % CAUSES.length
        const { group, path, credentials, status } = CAUSES[which]
        const { url } = group === 'imported' ? imported : own
        const [email, password] = credentials(turn + 20)
        const ms = await time(url + path, { email, password }, status)
        if (turn >= 0) times[which].push(ms)
      }
    }
    return report(times)
  } finally {
    for (const authority of [own, imported]) await authority[Symbol.asyncDispose]()
    agent.destroy()
  }
}

async function fillOwn({ client, folder, settings: own }) {
  for (const name of ['known', 'off']) await client.signup(`${name}@example.com`, PASSWORD)
  await expectDone(
    runSignet(['user', 'disable', 'off@example.com'], { cwd: folder, settings: own }),
  )
}

async function fillImported({ folder, settings: own }) {
  const rows = Array.from({ length: IMPORTED }, (_, index) =>
    JSON.stringify({ email: mail(index), passwordHash: BCRYPT }),
  )
  await writeFile(join(folder, 'rows.ndjson'), rows.join('\n'))
  await expectDone(runSignet(['user', 'import', 'rows.ndjson'], { cwd: folder, settings: own }))
}

async function expectDone(run) {
  const { code, stderr } = await run
  if (code !== 0) throw new Error(stderr)
}

/** Milliseconds from before the request to the end of its answer. */
function time(url, body, status) {
  const text = JSON.stringify(body)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const startedAt = performance.now()
    const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === status) resolve(performance.now() - startedAt)
        else reject(new Error(`${url} answered ${answer.statusCode}`))
      })
    })
    asked.on('error', reject).end(text)
  })
}

function report(times) {
  let isHeld = true
  for (const [which, { group, name }] of CAUSES.entries()) {
    const median = medianOf(times[which])
    const yardstick = medianOf(times[CAUSES.findIndex((cause) => cause.group === group)])
    const difference = median / yardstick - 1
    if (group !== null && Math.abs(difference) > MAX_DIFFERENCE) isHeld = false
    const beside = group === null ? '' : `${(difference * 100).toFixed(2)} %`
    const label = `${group === 'imported' ? 'imported accounts: ' : ''}${name}`
    console.log(`${label.padEnd(40)} ${median.toFixed(3)} ms  ${beside}`)
  }
  console.log(isHeld ? 'held' : 'BROKEN: medians differ by more than 2 %')
  return isHeld
}

function medianOf(list) {
  const sorted = [...list].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
