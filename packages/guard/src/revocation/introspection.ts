// Asks the authority about single tokens (RFC 7662): the way out for routes that neither accept nor
// refuse while the feed is stale. Every answer is bounded in time, shared by all who ask about the
// same token, and used for a second.
import { ageMs, type Clock, type Moment, momentOf } from '../clock.ts'
import { describeError, GuardError } from '../errors.ts'
import type { EmitEvent } from '../events.ts'
import type { ClientAuthentication } from '../http/client-authentication.ts'
import type { Discovery } from '../http/discovery.ts'
import { type JsonClient, StatusError } from '../http/json-client.ts'

/** Longest that a request waits for an answer, from when the token was first asked about. */
export const INTROSPECTION_TIMEOUT_MS = 2_000
/** How long an answer is used, from when it was asked for. */
const KEPT_MS = 1_000
/** After a failure nobody is asked for this long: everybody would wait for the same outage. */
const REST_MS = 1_000
const MAX_AT_ONCE = 64
const MAX_KEPT = 10_000
const ANSWER_MAX_BYTES = 64 * 1024
/** Not this client, or not for this: `unauthorized_client` is a 400 (RFC 6749, section 5.2). */
const REFUSALS = new Set([400, 401, 403])

export interface IntrospectionCounts {
  readonly active: number
  readonly inactive: number
  /** Questions that had no answer; requests that shared one count once. */
  readonly failed: number
}

export interface IntrospectionOptions {
  issuer: string
  discovery: Discovery
  /** Of its own, with the limit of time above. */
  client: JsonClient
  authentication: ClientAuthentication
  clock: Clock
  emit: EmitEvent
}

interface Question {
  readonly askedAt: Moment
  readonly isActive: Promise<boolean>
  isPending: boolean
}

export class Introspection {
  readonly #options: IntrospectionOptions
  readonly #questions = new Map<string, Question>()
  #pending = 0
  #failure: { at: Moment; error: GuardError } | null = null
  #counts = { active: 0, inactive: 0, failed: 0 }

  constructor(options: IntrospectionOptions) {
    this.#options = options
  }

  get counts(): IntrospectionCounts {
    return { ...this.#counts }
  }

  /**
   * Whether the authority calls a token active. Verifies nothing by itself: the token's signature
   * and claims must have held before.
   *
   * @throws GuardError `revocation_stale` when there is no answer
   */
  async isActive(token: string): Promise<boolean> {
    const { clock } = this.#options
    const known = this.#questions.get(token)
    if (known?.isPending === true) return known.isActive
    if (known !== undefined && ageMs(known.askedAt, clock) <= KEPT_MS) return known.isActive
    if (this.#failure !== null && ageMs(this.#failure.at, clock) <= REST_MS) {
      throw this.#failure.error
    }
    if (this.#pending >= MAX_AT_ONCE) {
      throw new GuardError('revocation_stale', { reason: 'introspection_busy' })
    }
    return this.#ask(token)
  }

  /**
   * Tries once, about no token of anybody's, so that a fallback that cannot work is known before it
   * is needed. An authority that does not answer is no reason to reject.
   *
   * @throws GuardError `introspection_missing`, `introspection_refused`
   */
  async ready(): Promise<void> {
    try {
      await within(INTROSPECTION_TIMEOUT_MS, this.#fetch('-'))
    } catch (error) {
      if (error instanceof GuardError) throw error
    }
  }

  #ask(token: string): Promise<boolean> {
    this.#makeRoom()
    const question: Question = {
      askedAt: momentOf(this.#options.clock),
      isActive: this.#answer(token).finally(() => {
        question.isPending = false
        this.#pending -= 1
      }),
      isPending: true,
    }
    this.#pending += 1
    this.#questions.delete(token)
    this.#questions.set(token, question)
    return question.isActive
  }

  async #answer(token: string): Promise<boolean> {
    try {
      const isActive = await within(INTROSPECTION_TIMEOUT_MS, this.#fetch(token))
      this.#counts[isActive ? 'active' : 'inactive'] += 1
      return isActive
    } catch (cause) {
      const reason = cause instanceof GuardError ? cause.code : 'introspection_failed'
      const error = new GuardError('revocation_stale', { reason, cause })
      this.#counts.failed += 1
      this.#failure = { at: momentOf(this.#options.clock), error }
      const { emit, issuer } = this.#options
      emit({ type: 'introspection_failed', issuer, reason: describeError(cause) })
      throw error
    }
  }

  async #fetch(token: string): Promise<boolean> {
    const { authentication, client, discovery } = this.#options
    const { introspectionUrl: url } = await discovery.get()
    if (url === null) throw new GuardError('introspection_missing')
    const authorization = authentication.headerFor(url)
    if (authorization === null) {
      throw new GuardError('introspection_refused', { reason: 'another_origin' })
    }
    const form = { token, token_type_hint: 'access_token' }
    try {
      return readActive(await client.post({ url, maxBytes: ANSWER_MAX_BYTES, form, authorization }))
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      discovery.forget()
      if (!REFUSALS.has(error.status)) throw error
      authentication.refused()
      throw new GuardError('introspection_refused', {
        reason: `http_${error.status}`,
        cause: error,
      })
    }
  }

  /** Forgets what is over, the oldest first, and never keeps more than a bounded number. */
  #makeRoom(): void {
    for (const [token, { askedAt, isPending }] of this.#questions) {
      const isLive = isPending || ageMs(askedAt, this.#options.clock) <= KEPT_MS
      if (isLive && this.#questions.size < MAX_KEPT) return
      this.#questions.delete(token)
    }
  }
}

/** @throws Error for anything that does not say yes or no (RFC 7662, section 2.2). */
function readActive(answer: unknown): boolean {
  const { active }: { active?: unknown } = Object(answer)
  if (typeof active !== 'boolean') throw new Error('The introspection answer cannot be read')
  return active
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
