// Slow clients (promise R11): while a thousand connections of one kind are held, honest requests take
// at most twice as long at the 99th percentile as before and after.
//   npm run prove -- slow --connections 1000 --seconds 20 --rounds 3 [--only read]     (with slowhttptest)
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { spawnAuthority } from '@signet/testkit'
import { describeMachine } from '../measure/machine.mjs'
import { residentMegabytes } from '../measure/processes.mjs'
import { openProofs } from './run/open-proofs.mjs'

const MAX_RATIO = 2
const SETTLE_MS = 3_000

export async function prove(args) {
  const names = { connections: '1000', seconds: '20', rounds: '3' }
  const { values } = parseArgs({
    args,
    options: Object.fromEntries(
      Object.entries({ ...names, only: '' }).map(([name, usual]) => [
        name,
        { type: 'string', default: usual },
      ]),
    ),
  })
  const options = Object.fromEntries(Object.keys(names).map((name) => [name, Number(values[name])]))
  const proofs = await openProofs()
  try {
    const parts = await proofs.load('slow-clients.ts')
    if (!parts.hasSlowClients()) throw new Error('slowhttptest is not installed')
    console.log(`${describeMachine()}; ${JSON.stringify(options)}`)
    let isHeld = true
    for (const kind of parts.SLOW_KINDS) {
      if (!kind.includes(values.only)) continue
      const authority = await spawnAuthority()
      try {
        isHeld = (await proveKind(kind, { ...options, ...parts, authority })) && isHeld
      } finally {
        await authority[Symbol.asyncDispose]()
      }
    }
    return isHeld
  } finally {
    await proofs.close()
  }
}

async function proveKind(kind, { authority, connections, seconds, rounds, ...parts }) {
  const { startSlowClients, useHonestly } = parts
  const sessions = []
  for (const name of ['ada', 'bo', 'cy', 'dee']) {
    const { body } = await authority.client.signup(`${name}@example.com`, 'correct horse battery')
    sessions.push(body)
  }
  const use = async () => {
    const { latencies, failures } = await useHonestly(authority.client, { sessions, seconds })
    const [median, high] = [0.5, 0.99].map((share) => quantileOf(latencies, share))
    return { median, high, count: latencies.length, failures }
  }
  await use()
  const ratios = []
  let failed = 0
  let before = await use()
  for (let round = 0; round < rounds; round++) {
    const memoryBefore = residentMegabytes(authority.pid())
    const slow = startSlowClients({
      url: authority.url,
      kind,
      connections,
      // Until the measurement is over; they are ended then.
      seconds: seconds + 60,
      renewed: true,
    })
    await slow.filled
    // What a thousand ask at once when they come is load, and over in a moment; what is measured is their stay.
    await sleep(SETTLE_MS)
    const during = await use()
    const memory = residentMegabytes(authority.pid())
    await slow[Symbol.asyncDispose]()
    const { most } = await slow.ended
    const after = await use()
    const quiet = (before.high + after.high) / 2
    ratios.push(during.high / quiet)
    failed += [before, during, after].flatMap(({ failures }) => failures).length
    const figures = [before, during, after].map(
      ({ median, high }) => `${median.toFixed(1)}/${high.toFixed(1)}`,
    )
    console.log(
      `${kind.padEnd(8)} round ${round + 1}: ${most} held; median/p99 ms before ${figures[0]}, during ${figures[1]}, after ${figures[2]}; p99 x ${ratios.at(-1).toFixed(2)}; ${during.count} answers, ${memoryBefore.toFixed(0)} -> ${memory.toFixed(0)} MB`,
    )
    before = after
  }
  const ratio = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)]
  const isHeld = ratio <= MAX_RATIO && failed === 0
  console.log(
    `${kind.padEnd(8)} ${isHeld ? 'held' : 'BROKEN'}: p99 x ${ratio.toFixed(2)} (median of ${rounds}), ${failed} requests not answered`,
  )
  return isHeld
}

function quantileOf(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}
