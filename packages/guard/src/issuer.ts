// One issuer that a guard trusts: its keys, its revocations, and the check of a token against
// both. Nothing of one issuer is ever used for the tokens of another.
import { createVerifier, decode, type KeySet, TokenError, type TokenHeader } from '@signet/token'
import { CheckedToken } from './checked-token.ts'
import { ageMs, type Moment, momentOf } from './clock.ts'
import { connectIssuer, type IssuerConnections } from './connect-issuer.ts'
import { GuardError } from './errors.ts'
import type { GuardPolicy } from './guard-options.ts'
import type { VerifiedClaims } from './identity.ts'
import { IdentityWatches } from './identity-watches.ts'
import type { IssuerPolicy } from './issuer-options.ts'
import type { KeysHealth } from './keys/key-source.ts'
import { ACCESS_TOKEN_TYPE } from './protocol/index.ts'
import type { IntrospectionCounts } from './revocation/introspection.ts'
import { parseSubject } from './revocation/revocation-subject.ts'
import { stalenessOf } from './revocation/staleness-watch.ts'
import type { OnStale } from './route.ts'

/** Longest that requests wait for the first keys and the first pulse, from when a guard is made. */
const START_MS = 3_000

export interface IssuerHealth {
  readonly issuer: string | null
  /** `stale`: no usable keys, or revocations not heard of for longer than allowed. */
  readonly status: 'starting' | 'fresh' | 'stale' | 'closed'
  /** Null when the feed was never heard, or there is none to hear. */
  readonly stalenessMs: number | null
  readonly connected: boolean
  readonly cursor: string | null
  readonly keys: KeysHealth
  /** How many are held; null without a feed. */
  readonly revocations: number | null
  /** Answers of the authority about single tokens; null without credentials. */
  readonly introspections: IntrospectionCounts | null
  /** Identities whose end somebody waits for, by `onRevoked`. */
  readonly watched: number
  readonly lastError: string | null
}

interface Verifier {
  readonly keySet: KeySet
  /** @throws TokenError; GuardError `token_invalid` */
  readonly check: (token: string) => CheckedToken
}

export class TrustedIssuer {
  readonly #issuer: IssuerPolicy
  readonly #guard: GuardPolicy
  readonly #connections: IssuerConnections
  readonly #watches: IdentityWatches
  readonly #created: Moment
  #start: Promise<void> | null = null
  #hasStarted = false
  #isClosed = false
  #verifier: Verifier | null = null

  constructor(issuer: IssuerPolicy, guard: GuardPolicy) {
    this.#issuer = issuer
    this.#guard = guard
    this.#created = momentOf(guard.clock)
    this.#connections = connectIssuer(issuer, guard)
    this.#watches = new IdentityWatches({
      source: this.#connections.revocations,
      maxStalenessMs: guard.maxStalenessMs,
      clock: guard.clock,
      now: () => this.#now(),
      isActive: (token) => this.#isActive(token),
    })
  }

  get hasStarted(): boolean {
    return this.#hasStarted
  }

  /** Waits for the first keys and the first pulse, but never beyond the guard's first seconds. */
  waitForStart(): Promise<void> {
    this.#start ??= this.#waitForStart()
    return this.#start
  }

  async ready(): Promise<void> {
    const { keys, revocations } = this.#connections
    await Promise.all([keys.ready(), revocations?.ready()])
    this.#hasStarted = true
  }

  /** @throws GuardError where a route would have to introspect and could not */
  async checkIntrospection(): Promise<void> {
    await this.#connections.introspection?.ready()
  }

  /**
   * Signature and claims, then known revocations. Says nothing about how fresh these are. Answers
   * later only where the token's key is not known yet.
   *
   * @throws TokenError; GuardError `token_revoked`, `token_invalid`, `keys_unavailable`,
   *   `revocation_stale` when a source of the caller's own fails
   */
  check(token: string): CheckedToken | Promise<CheckedToken> {
    const verifier = this.#currentVerifier()
    try {
      return this.#unrevoked(verifier.check(token))
    } catch (error) {
      if (!(error instanceof TokenError) || error.code !== 'key_not_found') throw error
      return this.#checkWithNewKeys(token, { verifier, error })
    }
  }

  /**
   * What a route that does not accept stale knowledge does with a token that was checked.
   *
   * @throws GuardError `revocation_stale`, and `token_revoked` when the authority says so
   */
  checkFreshness(token: string, onStale: OnStale): void | Promise<void> {
    if (onStale === 'accept') return
    const { revocations } = this.#connections
    if (revocations !== null && stalenessOf(revocations) <= this.#guard.maxStalenessMs) return
    if (onStale === 'refuse') throw new GuardError('revocation_stale')
    return this.#introspect(token)
  }

  health(): IssuerHealth {
    const { keys, revocations, introspection } = this.#connections
    const stalenessMs = revocations === null ? null : stalenessOf(revocations)
    const feed = revocations?.health() ?? null
    const keysHealth = keys.health()
    return {
      issuer: this.#issuer.issuer,
      status: this.#status(stalenessMs),
      stalenessMs: stalenessMs === null || !Number.isFinite(stalenessMs) ? null : stalenessMs,
      connected: feed?.connected ?? false,
      cursor: feed?.cursor ?? null,
      keys: keysHealth,
      revocations: feed?.size ?? null,
      introspections: introspection?.counts ?? null,
      watched: this.#watches.size,
      lastError: feed?.lastError ?? keysHealth.lastError,
    }
  }

  close(): void {
    this.#isClosed = true
    this.#connections.close()
    this.#watches.close()
  }

  async #introspect(token: string): Promise<void> {
    if (!(await this.#isActive(token))) {
      throw new GuardError('token_revoked', { reason: 'introspected' })
    }
  }

  #isActive(token: string): Promise<boolean> {
    const { introspection } = this.#connections
    if (introspection === null) throw new GuardError('revocation_stale')
    return introspection.isActive(token)
  }

  async #waitForStart(): Promise<void> {
    const leftMs = START_MS - ageMs(this.#created, this.#guard.clock)
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, leftMs))
    })
    // Why it is not ready shows in health() and events; here only the waiting ends.
    await Promise.race([this.ready().catch(() => {}), timeout])
    clearTimeout(timer)
    this.#hasStarted = true
  }

  async #checkWithNewKeys(
    token: string,
    { verifier, error }: { verifier: Verifier; error: TokenError },
  ): Promise<CheckedToken> {
    await this.#connections.keys.refresh(decode(token).header.kid).catch((cause: unknown) => {
      throw new GuardError('keys_unavailable', { reason: 'source_failed', cause })
    })
    const renewed = this.#currentVerifier()
    if (renewed === verifier) throw error
    return this.#unrevoked(renewed.check(token))
  }

  #unrevoked(checked: CheckedToken): CheckedToken {
    const { revocations } = this.#connections
    const { subject } = checked
    if (revocations === null || subject === null) return checked
    let isRevoked: boolean
    try {
      const version = revocations.version?.()
      // Whatever is no number says nothing of what it knows.
      if (Number.isFinite(version) && version === checked.unrevokedAt) return checked
      isRevoked = revocations.isRevoked(subject)
      if (!isRevoked) checked.unrevokedAt = version
    } catch (cause) {
      throw sourceFailed('revocation_stale', cause)
    }
    if (isRevoked) throw new GuardError('token_revoked')
    return checked
  }

  #currentVerifier(): Verifier {
    const keySet = attempt('keys_unavailable', () => this.#connections.keys.keySet())
    if (this.#verifier?.keySet === keySet) return this.#verifier
    const { issuer, audience, algorithms, tokenType, maxLifetimeSeconds } = this.#issuer
    const { cacheSize, clockToleranceSeconds } = this.#guard
    const isAccessToken = tokenType === ACCESS_TOKEN_TYPE
    const verify = createVerifier<VerifiedClaims>(keySet, {
      issuer,
      audience,
      algorithms,
      cacheSize,
      clockToleranceSeconds,
      maxLifetimeSeconds,
      type: tokenType,
      // RFC 9068, section 2.2; other kinds of token promise less.
      requiredClaims: isAccessToken ? ['iss', 'sub', 'iat', 'jti', 'client_id'] : ['iss', 'sub'],
      now: () => this.#now() / 1000,
    })
    // As long as the verifier remembers a token, what is derived of it is remembered with it.
    const known = new WeakMap<object, CheckedToken>()
    const check = (token: string) => {
      const verified = verify(token)
      const before = known.get(verified)
      if (before !== undefined) return before
      const checked = this.#derive(token, verified.claims, kidOf(verified.header, keySet))
      known.set(verified, checked)
      return checked
    }
    this.#verifier = { keySet, check }
    return this.#verifier
  }

  #derive(token: string, claims: VerifiedClaims, kid: string | null): CheckedToken {
    const subject = this.#connections.revocations === null ? null : parseSubject(claims, kid)
    const expiresAt = claims.exp + this.#guard.clockToleranceSeconds
    return new CheckedToken({
      token,
      claims,
      subject,
      watch: (onStale) => (callback) =>
        this.#watches.add({ token, subject, expiresAt, onStale }, callback),
    })
  }

  /**
   * The issuer's time where the feed tells it; otherwise this machine's.
   *
   * @throws GuardError `revocation_stale` when a source of the caller's own fails
   */
  #now(): number {
    const { revocations } = this.#connections
    const told = attempt('revocation_stale', () => revocations?.now?.() ?? null)
    if (told === null) return this.#guard.clock.now()
    // No comparison with anything else would ever let a token expire.
    if (!Number.isFinite(told))
      throw new GuardError('revocation_stale', { reason: 'source_failed' })
    return told
  }

  #status(stalenessMs: number | null): IssuerHealth['status'] {
    if (this.#isClosed) return 'closed'
    const isFresh = stalenessMs === null || stalenessMs <= this.#guard.maxStalenessMs
    if (isFresh && this.#hasKeys()) return 'fresh'
    const isStarting = !this.#hasStarted && ageMs(this.#created, this.#guard.clock) <= START_MS
    return isStarting ? 'starting' : 'stale'
  }

  #hasKeys(): boolean {
    try {
      return this.#connections.keys.keySet().size > 0
    } catch {
      return false
    }
  }
}

/** The key that verified the token: the one it names, or else the only one of its algorithm. */
function kidOf({ kid, alg }: TokenHeader, keySet: KeySet): string | null {
  return kid ?? keySet.keys().find((key) => key.algorithm === alg)?.kid ?? null
}

/** A source that fails is our outage: never a verdict on the token, and never an acceptance. */
function attempt<T>(code: 'keys_unavailable' | 'revocation_stale', ask: () => T): T {
  try {
    return ask()
  } catch (cause) {
    throw sourceFailed(code, cause)
  }
}

function sourceFailed(code: 'keys_unavailable' | 'revocation_stale', cause: unknown): GuardError {
  return cause instanceof GuardError
    ? cause
    : new GuardError(code, { reason: 'source_failed', cause })
}
