// The revocation feed as a service follows it: with the guard that services use.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Guard, GuardErrorCode } from '@signet/guard'
import { createKeySet } from '@signet/token'
import { nameText } from '../output/value-text.ts'
import { found, ok, type Result } from './results.ts'

/** Longer than a guard waits for a first event. */
const FIRST_PULSE_MS = 6_000

/** Pulses come every 2 s: three of them. */
const NEXT_PULSE_MS = 6_000

/** What a pulse may be old at its arrival, on a slow network and a busy machine. */
const LATE_MS = 2_500

const LOOK_MS = 50

export interface FeedQuestion {
  readonly issuer: string
  /** Whether the authority says of itself that it reads its database; null: it was not heard. */
  readonly isReady: boolean | null
}

/** What came back when the stream was asked for; null: nothing yet. */
interface StreamAnswer {
  readonly status: number
  readonly type: string
}

export async function checkFeed({ issuer, isReady }: FeedQuestion): Promise<Result> {
  const { createGuard, GuardError } = await import('@signet/guard')
  const seen: { stream: StreamAnswer | null } = { stream: null }
  let guard: Guard
  try {
    guard = createGuard({
      issuer,
      audience: null,
      // Nothing is verified with it.
      keys: createKeySet([]),
      async fetch(input, init) {
        const response = await fetch(input, init)
        const type = response.headers.get('content-type') ?? ''
        const isStream = new Headers(init?.headers).get('accept') === 'text/event-stream'
        if (isStream) seen.stream = { status: response.status, type }
        return response
      },
    })
  } catch (error) {
    // Credentials of which one half is missing or cannot be read.
    if (error instanceof TypeError) return found('feed', 'feed_refused', error.message)
    throw error
  }
  const timer = setTimeout(() => guard.close(), FIRST_PULSE_MS)
  try {
    await guard.ready()
    clearTimeout(timer)
    return await watch(guard)
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    return judgeFailure(error.code, { ...seen, isReady })
  } finally {
    clearTimeout(timer)
    guard.close()
  }
}

/** Waits for the pulse behind the first, and looks how old each is when it arrives. */
async function watch(guard: Guard): Promise<Result> {
  const until = performance.now() + NEXT_PULSE_MS
  let before = stalenessOf(guard)
  let youngest = before
  let pulses = 1
  while (pulses < 2 && performance.now() < until) {
    await sleep(LOOK_MS)
    const now = stalenessOf(guard)
    if (now < before) pulses += 1
    youngest = Math.min(youngest, now)
    before = now
  }
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  if (pulses < 2) {
    const words = `after a first event none came for ${seconds(NEXT_PULSE_MS)}: something holds the stream back`
    return found('feed', 'feed_late', words)
  }
  if (youngest > LATE_MS) {
    const words = `events arrive ${seconds(youngest)} late: something holds the stream back`
    return found('feed', 'feed_late', words)
  }
  return ok('feed', 'revocations arrive as they happen')
}

function stalenessOf(guard: Guard): number {
  return guard.health().issuers[0]?.stalenessMs ?? Number.POSITIVE_INFINITY
}

interface Seen {
  readonly stream: StreamAnswer | null
  readonly isReady: boolean | null
}

function judgeFailure(code: GuardErrorCode, seen: Seen): Result {
  switch (code) {
    case 'guard_closed':
      return judgeSilence(seen)
    case 'feed_missing':
      return found('feed', 'feed_missing', 'the discovery document names no revocation stream')
    case 'feed_credentials_missing': {
      const words = 'it is for clients alone, and this command was given the credentials of none'
      return found('feed', 'feed_closed', words)
    }
    case 'feed_credentials_refused':
      return found('feed', 'feed_refused', 'the client of SIGNET_CLIENT_ID may not follow it')
    default:
      return found('feed', 'feed_unreachable', code)
  }
}

function judgeSilence({ stream, isReady }: Seen): Result {
  if (isReady === false) {
    return found('feed', 'feed_silent', 'no event arrives: the authority cannot read its database')
  }
  const isStream = stream !== null && stream.status === 200 && stream.type.includes('event-stream')
  if (stream !== null && !isStream) {
    const what = stream.type === '' ? '' : ` with ${nameText(stream.type)}`
    return found('feed', 'feed_unreachable', `the stream answered ${stream.status}${what}`)
  }
  const words = `no event arrived for ${FIRST_PULSE_MS / 1000} s, and one comes every 2 s: something holds the stream back`
  return found('feed', 'feed_late', words)
}
