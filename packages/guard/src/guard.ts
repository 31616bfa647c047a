// The guard: who is calling, may they, were they revoked. Owns the order in which that is judged and
// which issuer judges; keys and revocations are the issuer's (issuer.ts), HTTP is bearer.ts.
import { decode, TokenError } from '@signet/token'
import { authorize } from './authorize.ts'
import { type BearerAnswer, createBearerAnswer } from './bearer.ts'
import type { CheckedToken } from './checked-token.ts'
import { findBearerToken, type GuardedSource } from './credentials.ts'
import { GuardError, isRefusal, type Refusal } from './errors.ts'
import {
  findStaleProblem,
  type GuardOptions,
  type GuardPolicy,
  parseGuardOptions,
} from './guard-options.ts'
import type { Identity } from './identity.ts'
import { type IssuerHealth, TrustedIssuer } from './issuer.ts'
import { printMetrics } from './metrics.ts'
import { isPending } from './pending.ts'
import { isRoute, parseRoute, type Route, type RouteOptions } from './route.ts'

export interface GuardHealth {
  /** The worst of the issuers' states. */
  readonly status: IssuerHealth['status']
  readonly issuers: readonly IssuerHealth[]
  /** How many events `onEvent` threw on. */
  readonly eventsLost: number
}

/**
 * A guard checks tokens by itself: it fetches keys and follows revocations in the background and
 * asks nobody per request. It starts at once; what fails is retried until `close()`.
 *
 * @throws TypeError listing everything that is wrong with the options
 */
export function createGuard(options: GuardOptions): Guard {
  return new Guard(parseGuardOptions(options))
}

export class Guard {
  readonly #policy: GuardPolicy
  readonly #issuers: readonly TrustedIssuer[]
  readonly #byName: ReadonlyMap<unknown, TrustedIssuer>
  readonly #realm: string
  #accepted = 0
  #isClosed = false
  /** Whether any route so far would ask the authority when stale. */
  #introspects: boolean

  constructor(policy: GuardPolicy) {
    this.#policy = policy
    this.#introspects = policy.onStale === 'introspect'
    this.#byName = new Map(
      policy.issuers.map((issuer) => [issuer.issuer, new TrustedIssuer(issuer, policy)]),
    )
    this.#issuers = [...this.#byName.values()]
    const [first] = policy.issuers
    this.#realm = [first?.audience ?? first?.issuer ?? 'services'].flat()[0] ?? ''
  }

  /**
   * Resolves when the keys of every issuer are there and its feed was heard fresh. While an issuer
   * cannot be reached it waits, however long; the process is held open meanwhile. Where a route made
   * so far introspects, that is tried once.
   *
   * @throws GuardError `metadata_invalid`, `feed_missing`, `feed_credentials_missing`,
   *   `feed_credentials_refused`, `introspection_missing`, `introspection_refused`, `guard_closed`
   */
  async ready(): Promise<void> {
    const hold = setInterval(() => {}, 60_000)
    try {
      await Promise.all(this.#issuers.map((issuer) => issuer.ready()))
      if (!this.#introspects) return
      await Promise.all(this.#issuers.map((issuer) => issuer.checkIntrospection()))
    } finally {
      clearInterval(hold)
    }
  }

  /**
   * Checks route options once, for every request of the route.
   *
   * @throws TypeError listing everything that is wrong
   */
  route(options: RouteOptions = {}): Route {
    const route = parseRoute(options, this.#policy.onStale)
    const problem = findStaleProblem(route.onStale, this.#policy.issuers)
    if (problem !== null) throw new TypeError(`Route options: ${problem}`)
    this.#introspects ||= route.onStale === 'introspect'
    return route
  }

  /**
   * Who sent a request: its one bearer token from the `Authorization` header, checked as by
   * `verify`. Null only where the route is `optional` and there are no credentials.
   *
   * @throws GuardError with a code that `answer` turns into HTTP
   * @throws TypeError for wrong route options
   */
  authenticate(
    request: GuardedSource,
    options?: RouteOptions & { optional?: false },
  ): Promise<Identity>
  authenticate(request: GuardedSource, options?: RouteOptions): Promise<Identity | null>
  async authenticate(request: GuardedSource, options: RouteOptions = {}): Promise<Identity | null> {
    return this.admit(request, isRoute(options) ? options : this.route(options))
  }

  /**
   * As `authenticate`, for adapters in front of fast routes: what need not be waited for is
   * answered, or thrown, at once. That is nearly everything, once the guard has started.
   *
   * @throws GuardError as `authenticate`, at once or by rejecting
   */
  admit(request: GuardedSource, route: Route): Identity | null | Promise<Identity | null> {
    let token: string | null
    try {
      token = findBearerToken(request)
      if (token === null && !route.optional) throw new GuardError('credentials_missing')
    } catch (error) {
      throw this.#refused(error)
    }
    return token === null ? null : this.#identify(token, route)
  }

  /**
   * Whose token it is. In this order: signature and claims, known revocations, freshness of that
   * knowledge where the route asks for it (by asking the authority, where the route says so),
   * scopes and roles.
   *
   * @throws GuardError as `authenticate`
   */
  async verify(token: string, options: RouteOptions = {}): Promise<Identity> {
    return this.#identify(token, isRoute(options) ? options : this.route(options))
  }

  /** The HTTP answer for an error of `authenticate` or `verify`; null for any other error. */
  answer(error: Refusal): BearerAnswer
  answer(error: unknown): BearerAnswer | null
  answer(error: unknown): BearerAnswer | null {
    return isRefusal(error) ? createBearerAnswer(error, this.#realm) : null
  }

  health(): GuardHealth {
    const issuers = this.#issuers.map((issuer) => issuer.health())
    const worst = (['closed', 'stale', 'starting'] as const).find((status) =>
      issuers.some((issuer) => issuer.status === status),
    )
    return { status: worst ?? 'fresh', issuers, eventsLost: this.#policy.events.lost }
  }

  /**
   * The same and more for Prometheus, in its text format. What scrapes a service that has metrics
   * of its own gets both texts, one behind the other.
   */
  metrics(): string {
    return printMetrics({
      accepted: this.#accepted,
      events: this.#policy.events,
      issuers: this.#issuers.map((issuer) => issuer.health()),
      nowSeconds: this.#policy.clock.now() / 1000,
    })
  }

  /** Ends every connection and timer. A closed guard accepts nothing. */
  close(): void {
    this.#isClosed = true
    for (const issuer of this.#issuers) issuer.close()
  }

  #identify(token: string, route: Route): Identity | Promise<Identity> {
    try {
      const found = this.#judge(token, route)
      if (!isPending(found)) return found
      return found.then(undefined, (error: unknown) => {
        throw this.#refused(blameToken(error, token))
      })
    } catch (error) {
      throw this.#refused(blameToken(error, token))
    }
  }

  #judge(token: string, route: Route): Identity | Promise<Identity> {
    if (this.#isClosed) throw new GuardError('keys_unavailable', { reason: 'guard_closed' })
    const issuer = this.#issuerOf(token)
    const checked = issuer.hasStarted ? issuer.check(token) : checkFirst(issuer, token)
    if (isPending(checked)) {
      return checked.then((good) => this.#admitChecked(good, issuer, route))
    }
    return this.#admitChecked(checked, issuer, route)
  }

  #admitChecked(
    checked: CheckedToken,
    issuer: TrustedIssuer,
    route: Route,
  ): Identity | Promise<Identity> {
    const pending = issuer.checkFreshness(checked.token, route.onStale)
    return pending === undefined
      ? this.#allow(checked, route)
      : pending.then(() => this.#allow(checked, route))
  }

  #allow(checked: CheckedToken, route: Route): Identity {
    const identity = checked.identity(route.onStale)
    authorize(identity, route)
    this.#accepted += 1
    return identity
  }

  /** The unverified `iss` chooses among the configured issuers and is believed in nothing else. */
  #issuerOf(token: string): TrustedIssuer {
    const [first] = this.#issuers
    if (first !== undefined && this.#issuers.length === 1) return first
    const issuer = this.#byName.get(decode(token).claims['iss'])
    if (issuer === undefined) throw new TokenError('issuer_mismatch')
    return issuer
  }

  /** Always an Error: frameworks take `undefined` and some texts for permission to go on. */
  #refused(error: unknown): Error {
    const refusal = error instanceof TokenError ? fromTokenError(error) : error
    if (isRefusal(refusal)) {
      this.#policy.events.emit({ type: 'refused', code: refusal.code, reason: refusal.reason })
    }
    return refusal instanceof Error ? refusal : new Error('The guard failed', { cause: error })
  }
}

function fromTokenError(cause: TokenError): GuardError {
  const code = cause.code === 'token_expired' ? 'token_expired' : 'token_invalid'
  return new GuardError(code, { reason: cause.code, cause })
}

async function checkFirst(issuer: TrustedIssuer, token: string): Promise<CheckedToken> {
  // What is no token at all need not wait for keys.
  decode(token)
  await issuer.waitForStart()
  return issuer.check(token)
}

/** What is no token at all is refused as that; that we have no keys is not to blame. */
function blameToken(error: unknown, token: string): unknown {
  if (!isRefusal(error) || error.code !== 'keys_unavailable') return error
  try {
    decode(token)
    return error
  } catch (malformed) {
    return malformed
  }
}
