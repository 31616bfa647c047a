// Interleaved measurement. Absolute times drift on shared machines, so contestants take turns in
// short rounds and a figure is the median of per-round ratios to the first of them.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Milliseconds that one contestant runs in one round: long enough that its own code and data are
 * what the caches hold, short enough that neighbours in a round see the same machine.
 */
const SLICE_MS = 60

/** Long enough for the optimising compiler to have had its say. */
const WARM_MS = 300

/**
 * Contestants are `{ name, run }`; `run(count)` does the thing `count` times, may be async, and
 * returns something that depends on every result. The first one is the yardstick.
 *
 * @returns for each: median microseconds, and its speed as a share of the yardstick's
 */
export async function measure(contestants, { rounds = 11 } = {}) {
  const entries = []
  for (const contestant of contestants) {
    await warm(contestant.run)
    entries.push({ ...contestant, count: await calibrate(contestant.run), times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    // The order turns, so that nobody always runs behind the same garbage.
    for (let turn = 0; turn < entries.length; turn++) {
      const entry = entries[(round + turn) % entries.length]
      const started = clock()
      consume(await entry.run(entry.count))
      collectYoung()
      entry.times[round] = (clock() - started) / entry.count
    }
  }
  const yardstick = entries[0].times
  return entries.map(({ name, times }) => {
    const shares = times.map((time, round) => yardstick[round] / time)
    return { name, micros: median(times), share: median(shares), spread: spreadOf(shares), shares }
  })
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The median of the per-round ratios of two results of one measurement. */
export function ratio(faster, slower) {
  return median(faster.shares.map((share, round) => share / slower.shares[round]))
}

/**
 * Microseconds of processor that the process has used, pool and collector threads included. On a
 * shared machine this is what a figure can be held to: waiting for a core is not in it, and for
 * those who hop to the thread pool neither is the wait for it, which is to their advantage.
 */
function clock() {
  const { user, system } = process.cpuUsage()
  return user + system
}

// Inside the measured time: everybody pays for the garbage of their own slice, not the neighbour.
// Objects with a native half, such as those of createHmac, cost more to collect than to make.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
function collectYoung() {
  collect({ type: 'minor' })
}

let sink = 0
function consume(value) {
  sink = (sink + value) % 1_000_003
}

async function warm(run) {
  const until = performance.now() + WARM_MS
  while (performance.now() < until) consume(await run(64))
}

async function calibrate(run) {
  let count = 16
  for (;;) {
    const started = performance.now()
    consume(await run(count))
    const elapsedMs = performance.now() - started
    if (elapsedMs >= SLICE_MS) return Math.max(4, Math.round((count * SLICE_MS) / elapsedMs))
    count *= 2
  }
}

/** The middle half, from the first to the third quartile. */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part) => sorted[Math.round(part * (sorted.length - 1))]
  return [at(0.25), at(0.75)]
}
