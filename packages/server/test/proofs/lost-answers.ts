// R4: answers that never arrive, early and late. An honest client goes on with what it holds and is
// never logged out; where two hold one session, both are out within two rounds outside the grace.
import assert from 'node:assert/strict'
import type { Grant } from '../../src/sessions/grants.ts'
import { type ProofRun, type Random, roundsOf } from './proof-run.ts'
import { codeOf, LIMITS, openSessionParts, type SessionParts } from './session-parts.ts'

const PASSWORD = 'correct horse battery'
const DAY = 86_400

/** Within the grace, at its edge, and hours to days behind it. */
const WAITS = [0, 1, 5, 10, 11, 12, 60, 900, 3_600, 6 * 3_600, DAY, 3 * DAY] as const

/** Behind the grace, which counts whole seconds. */
const LONG_WAITS = WAITS.filter((seconds) => seconds > LIMITS.graceSeconds + 1)

/** Breaks off with an error where the promise does not hold. */
export async function proveLostAnswers(run: ProofRun): Promise<void> {
  await using parts = await openSessionParts(run)
  const person = await parts.createPerson(PASSWORD)
  const login = () => parts.login(person)
  for (const { random } of roundsOf(run)) {
    await beForgetful({ run, parts, random, first: await login() })
    await shareWithThief({ run, parts, random, first: await login() })
    parts.events.length = 0
    parts.repaired.length = 0
  }
}

interface Scene {
  readonly run: ProofRun
  readonly parts: SessionParts
  readonly random: Random
  readonly first: Grant
}

/** One client that loses every second answer and asks again, now at once and now days later. */
async function beForgetful({ run, parts, random, first }: Scene): Promise<void> {
  const { tally } = run
  const { expiresAt } = first.session
  let held = first
  let unused = parts.nowSeconds()
  for (let step = 0; step < 12; step++) {
    const wait = random.pick(WAITS)
    // What renews the idle limit is a new generation: a client that asks within it goes on.
    if (parts.nowSeconds() + wait >= expiresAt) break
    if (parts.nowSeconds() + wait - unused >= LIMITS.idleSeconds) break
    parts.clock.advance(wait)
    const copies = 1 + random.below(2)
    const answers = await Promise.all(
      Array.from({ length: copies }, () => parts.refresh(held.refreshToken)),
    )
    tally.add('honest requests', copies)
    unused = Math.max(unused, ...answers.map(({ session }) => session.rotatedAt))
    // Two tabs at once are told the same.
    assert.equal(new Set(answers.map(({ refreshToken }) => refreshToken)).size, 1)
    if (random.below(2) === 0) tally.add('answers lost', copies)
    else held = answers[0] as Grant
  }
  assert.equal(await parts.sessions.isOpen(first.session.id, 1), true, 'honest, and still there')
  tally.add('repairs', parts.repaired.length)
  assert.equal(countReuses(parts, first), 0)
  tally.add('honest clients still logged in')
}

/**
 * A thief copies what the owner holds, now or a generation ago. Each round both refresh once, in
 * any order, always behind the grace.
 */
async function shareWithThief({ run, parts, random, first }: Scene): Promise<void> {
  const { tally } = run
  const history = [first]
  for (let step = random.below(3); step > 0; step--) {
    parts.clock.advance(random.pick(LONG_WAITS.slice(0, 3)))
    history.push(await parts.refresh(history.at(-1)?.refreshToken ?? ''))
  }
  const owner = { held: history.at(-1) as Grant }
  const thief = { held: random.pick(history.slice(-2)) }
  let rounds = 0
  while (await parts.sessions.isOpen(first.session.id, 1)) {
    rounds += 1
    assert.ok(rounds <= 2, 'two holders are noticed within two rounds')
    const order = random.below(2) === 0 ? [owner, thief] : [thief, owner]
    for (const holder of order) {
      parts.clock.advance(random.pick(LONG_WAITS.slice(0, 4)))
      try {
        holder.held = await parts.refresh(holder.held.refreshToken)
      } catch (error) {
        assert.match(codeOf(error), /^(refresh_reused|session_ended)$/)
      }
    }
  }
  for (const { held } of [owner, thief]) {
    await assert.rejects(parts.refresh(held.refreshToken), { code: 'session_ended' })
  }
  assert.equal(countReuses(parts, first), 1)
  tally.add(`two holders noticed in round ${rounds}`)
}

function countReuses({ events }: SessionParts, { session }: Grant): number {
  return events.filter((event) => event.type === 'refresh_reused' && event.id === session.id).length
}
