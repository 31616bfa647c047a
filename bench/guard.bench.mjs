// What the guard costs a service: each framework bare, behind the guard, and behind express-jwt,
// passport-jwt and @fastify/jwt, in one process each, under load in turns.
//   npm run bench -- guard [--rounds 9] [--seconds 2] [--warmth 8000] [--only Express]
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { findFreePort } from '@signet/testkit'
import { exportJwk, generateKey, sign } from '@signet/token'
import { ALGORITHM, AUDIENCE, ISSUER } from './guard/expectations.mjs'
import { FRAMEWORKS, pathOf, YARDSTICKS } from './guard/frameworks.mjs'
import { withCleanup } from './measure/cleanup.mjs'
import { requestText, walkFor } from './measure/load.mjs'
import { describeMachine, versionOf } from './measure/machine.mjs'
import { startProcess } from './measure/processes.mjs'
import { takeTurns } from './measure/turns.mjs'

const CONNECTIONS = 32
/** Four times what the guard remembers, so that none is remembered when its turn comes again. */
const DISTINCT = 20_000
const SERVICE = fileURLToPath(new URL('./guard/service.mjs', import.meta.url))
const PACKAGES = [
  'express',
  'fastify',
  'hono',
  'koa',
  '@nestjs/core',
  'express-jwt',
  'passport-jwt',
  '@fastify/jwt',
]

export async function bench(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '9' },
      seconds: { type: 'string', default: '2' },
      warmth: { type: 'string', default: '8000' },
      only: { type: 'string' },
    },
  })
  const plan = {
    rounds: Number(values.rounds),
    ms: Number(values.seconds) * 1000,
    warmth: Number(values.warmth),
  }
  const key = await generateKey(ALGORITHM)
  const tokens = Array.from({ length: DISTINCT }, (_, index) => createToken(key, index))
  say('# The guard in a service', '', describeMachine())
  say(PACKAGES.map((name) => `${name} ${peerVersion(name)}`).join(', '))
  say(
    `${CONNECTIONS} connections, ${plan.rounds} rounds of ${values.seconds} s after ${plan.warmth} answers, ${ALGORITHM}`,
  )
  say('kept: answers a second as a share of the bare route, medians [middle half];')
  say(
    'the processor time of the bare route as a share of this one moves less on a busy machine',
    '',
  )
  say('| | tokens | answers/s | kept | | processor, µs an answer | kept of it |')
  say('|---|---|---|---|---|---|---|')
  for (const [name, framework] of Object.entries(FRAMEWORKS)) {
    if (values.only !== undefined && values.only !== name) continue
    await withCleanup((defer) => measureFramework({ name, framework, key, tokens, plan, defer }))
  }
}

async function measureFramework({ name, framework, key, tokens, plan, defer }) {
  const port = await findFreePort()
  const args = [SERVICE, name, String(port), JSON.stringify(exportJwk(key))]
  const running = await startProcess({ args, port, path: '/bare' })
  defer(() => running.stop())
  const pids = [running.pid]
  const contestant = (route, kind) => {
    const walkers = walkersOf({ port, path: pathOf(route), tokens, kind })
    return { name: `${route}|${kind}`, pids, run: (ms) => walkFor(ms, walkers, { isAwake: true }) }
  }
  // The bare route is sent the same headers: what it is spared is the guard alone.
  const contestants = YARDSTICKS.map((route) => contestant(route, 'repeated'))
  for (const route of ['guard', ...framework.others]) {
    contestants.push(contestant(route, 'repeated'), contestant(route, 'distinct'))
  }
  const onRound = (round) => process.stderr.write(`${name}, round ${round + 1}\n`)
  const results = await takeTurns(contestants, { ...plan, onRound })
  const [bareMicros] = results[0].micros
  for (const { name: contestantName, perSecond, share, spread, micros } of results) {
    const [route, kind] = contestantName.split('|')
    const [own] = micros
    const range = `[${spread.map((one) => one.toFixed(2)).join(' … ')}]`
    const figures = [perSecond.toFixed(0), share.toFixed(2), range, own.toFixed(0)]
    say(
      `| ${name}, ${route} | ${kind} | ${figures.join(' | ')} | ${(bareMicros / own).toFixed(2)} |`,
    )
  }
}

/** Repeated: each connection has a token of its own. Distinct: all go through one long list. */
function walkersOf({ port, path, tokens, kind }) {
  const texts = tokens.map((token) =>
    requestText({ method: 'GET', path, headers: [`Authorization: Bearer ${token}`] }),
  )
  let at = 0
  return Array.from({ length: CONNECTIONS }, (_, connection) => ({
    port,
    next: () => texts[kind === 'repeated' ? connection : at++ % texts.length],
    take({ status, body }) {
      if (status !== 200) throw new Error(`${path} answered ${status}: ${body.slice(0, 300)}`)
    },
  }))
}

/** As long and as full as what the authority issues. */
function createToken(key, index) {
  const claims = {
    sub: `acc_${String(index).padStart(22, '0')}`,
    client_id: 'signet',
    jti: `jti_${index}`,
    sid: `ses_kept_${index}`,
    ver: 1,
    scope: 'orders:read orders:write',
    roles: ['customer'],
  }
  const options = { issuer: ISSUER, audience: AUDIENCE, expiresIn: '12h', type: 'at+jwt' }
  return sign(claims, key, options)
}

function peerVersion(peer) {
  return versionOf(new URL(`./peers/node_modules/${peer}/package.json`, import.meta.url))
}

function say(...lines) {
  process.stdout.write(`${lines.join('\n')}\n`)
}
