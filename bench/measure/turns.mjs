// Contestants that are processes take turns under load. A figure is the median of the ratios of one
// round to the yardstick, because absolute rates drift with whoever else uses the machine.
import { processorSeconds } from './processes.mjs'
import { median, spreadOf } from './rounds.mjs'

/** A contestant that is not warm by then is as warm as it gets. */
const MAX_WARMING_MS = 45_000

/**
 * Contestants are `{ name, run(ms) }`, where `run` answers `{ answers, perSecond }`, and may have
 * `pids`: whose processor time is counted. The first one is the yardstick. Each warms for `warmth`
 * answers: what the compiler waits for is calls, not seconds.
 *
 * @returns for each: answers per second, share of the yardstick's with the middle half of its
 * rounds, and microseconds of processor per answer for each of `pids`
 */
export async function takeTurns(contestants, { rounds, ms, warmth, onRound = () => {} }) {
  for (const { run } of contestants) await warm(run, warmth)
  const entries = contestants.map((contestant) => ({ contestant, rates: [], micros: [] }))
  for (let round = 0; round < rounds; round++) {
    onRound(round)
    for (let turn = 0; turn < entries.length; turn++) {
      const { contestant, rates, micros } = entries[(round + turn) % entries.length]
      const { pids = [] } = contestant
      const before = pids.map(processorSeconds)
      const { answers, perSecond } = await contestant.run(ms)
      rates[round] = perSecond
      micros[round] = pids.map((pid, at) => ((processorSeconds(pid) - before[at]) * 1e6) / answers)
    }
  }
  const yardstick = entries[0].rates
  return entries.map(({ contestant: { name }, rates, micros }) => {
    const shares = rates.map((rate, round) => rate / yardstick[round])
    const columns = micros[0].map((_first, at) => median(micros.map((one) => one[at])))
    return {
      name,
      perSecond: median(rates),
      share: median(shares),
      spread: spreadOf(shares),
      shares,
      micros: columns,
    }
  })
}

async function warm(run, warmth) {
  const until = performance.now() + MAX_WARMING_MS
  for (let answers = 0; answers < warmth && performance.now() < until; ) {
    answers += (await run(1_000)).answers
  }
}
