import { type Clock, createClock } from './clock.ts'
import { createEmitter, type EmitEvent, type Emitter } from './events.ts'
import type { Fetch } from './http/json-client.ts'
import {
  DAY_SECONDS,
  ISSUER_OPTION_NAMES,
  type IssuerOptions,
  type IssuerPolicy,
  readIssuer,
  YEAR_SECONDS,
} from './issuer-options.ts'
import { createOptionProblems, isObject, type OptionProblems } from './option-problems.ts'
import { MAX_LEEWAY_SECONDS } from './protocol/index.ts'
import { checkOnStale, type OnStale } from './route.ts'

export interface SharedOptions {
  /** For clocks that differ, 0 to 60. Default 10. */
  readonly clockToleranceSeconds?: number | undefined
  /** Older knowledge of revocations counts as stale, 3 to 3600. Default 10. */
  readonly maxStalenessSeconds?: number | undefined
  /** For routes that do not say. Default `'accept'`. */
  readonly onStale?: OnStale | undefined
  /** How long fetched keys are used while their issuer is away. Default 86400. */
  readonly keysMaxStaleSeconds?: number | undefined
  /**
   * How many accepted tokens are remembered per issuer, about 1 KB each. Default 5000. Time,
   * revocation, freshness, scopes and roles of a repeated token are checked still; new keys make
   * all of them forgotten. 0 turns it off.
   */
  readonly cacheSize?: number | undefined
  readonly fetch?: Fetch | undefined
  /** Called at once and in line: keep it short. */
  readonly onEvent?: EmitEvent | undefined
  /** Epoch milliseconds. Default: the system's clock. */
  readonly now?: (() => number) | undefined
}

export type GuardOptions = SharedOptions &
  (IssuerOptions | { readonly issuers: readonly IssuerOptions[] })

export interface GuardPolicy {
  readonly issuers: readonly IssuerPolicy[]
  readonly clockToleranceSeconds: number
  readonly maxStalenessMs: number
  readonly onStale: OnStale
  readonly keysMaxStaleSeconds: number
  readonly cacheSize: number
  readonly fetch: Fetch
  readonly events: Emitter
  readonly clock: Clock
}

const SHARED_OPTION_NAMES = new Set([
  'clockToleranceSeconds',
  'maxStalenessSeconds',
  'onStale',
  'keysMaxStaleSeconds',
  'cacheSize',
  'fetch',
  'onEvent',
  'now',
] satisfies (keyof SharedOptions)[])

/** @throws TypeError listing everything that is wrong */
export function parseGuardOptions(options: GuardOptions): GuardPolicy {
  if (!isObject(options)) throw new TypeError('createGuard: options must be an object')
  const problems = createOptionProblems()
  const {
    clockToleranceSeconds = 10,
    maxStalenessSeconds = 10,
    onStale = 'accept',
    keysMaxStaleSeconds = DAY_SECONDS,
    cacheSize = 5_000,
    fetch = globalThis.fetch,
    onEvent,
    now = Date.now,
  }: SharedOptions = options
  problems.checkRange(clockToleranceSeconds, {
    name: 'clockToleranceSeconds',
    min: 0,
    max: MAX_LEEWAY_SECONDS,
  })
  // Pulses come every 2 s: with less than 3 every verifier would be stale now and then.
  problems.checkRange(maxStalenessSeconds, { name: 'maxStalenessSeconds', min: 3, max: 3600 })
  problems.checkRange(keysMaxStaleSeconds, {
    name: 'keysMaxStaleSeconds',
    min: 60,
    max: YEAR_SECONDS,
  })
  problems.checkRange(cacheSize, { name: 'cacheSize', min: 0, max: 1_000_000 })
  checkOnStale(onStale, problems)
  for (const [name, value] of Object.entries({ fetch, now, onEvent: onEvent ?? Date.now })) {
    if (typeof value !== 'function') problems.add(`${name} must be a function`)
  }
  const issuers = readIssuers(options, problems)
  const impossible = findStaleProblem(onStale, issuers)
  if (impossible !== null) problems.add(impossible)
  problems.throwIfAny('createGuard')
  return {
    issuers,
    clockToleranceSeconds,
    maxStalenessMs: maxStalenessSeconds * 1000,
    onStale,
    keysMaxStaleSeconds,
    cacheSize,
    fetch,
    events: createEmitter(onEvent),
    clock: createClock(now),
  }
}

/** Why a guard of these issuers cannot do that when it is stale; null when it can. */
export function findStaleProblem(
  onStale: OnStale,
  issuers: readonly IssuerPolicy[],
): string | null {
  if (onStale === 'accept') return null
  if (issuers.some(({ revocation }) => revocation === 'none')) {
    return `onStale '${onStale}' needs a revocation feed, but revocation is 'none'`
  }
  if (onStale === 'introspect' && issuers.some(({ credentials }) => credentials === null)) {
    return "onStale 'introspect' needs credentials"
  }
  return null
}

function readIssuers(options: GuardOptions, problems: OptionProblems): IssuerPolicy[] {
  if (!('issuers' in options)) {
    problems.checkNames(options, new Set([...ISSUER_OPTION_NAMES, ...SHARED_OPTION_NAMES]), '')
    return [readIssuer({ options, isOnly: true, where: '', problems })]
  }
  problems.checkNames(options, new Set(['issuers', ...SHARED_OPTION_NAMES]), '')
  const { issuers } = options
  if (!isIssuerList(issuers)) {
    problems.add('issuers must be a list of one or more objects')
    return []
  }
  const names = issuers.map(({ issuer }) => issuer)
  if (new Set(names).size < names.length) problems.add('issuers must be different')
  return issuers.map((one, index) => {
    const where = `issuers[${index}].`
    problems.checkNames(one, ISSUER_OPTION_NAMES, where)
    if (one.issuer === null && issuers.length > 1) {
      problems.add(`${where}issuer must be a text where there are several`)
    }
    return readIssuer({ options: one, isOnly: issuers.length === 1, where, problems })
  })
}

function isIssuerList(value: unknown): value is readonly IssuerOptions[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject)
}
