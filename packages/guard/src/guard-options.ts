import {
  ALGORITHMS,
  type Algorithm,
  createKeySet,
  isAlgorithm,
  isKey,
  isKeySet,
  type Key,
  type KeySet,
} from '@signet/token'
import { type Clock, createClock } from './clock.ts'
import { createEmitter, type EmitEvent, type Emitter } from './events.ts'
import type { Fetch } from './http/json-client.ts'
import { isSafeUrl } from './http/safe-url.ts'
import type { KeySource } from './keys/key-source.ts'
import { createStaticKeys } from './keys/static-keys.ts'
import { createOptionProblems, isObject, type OptionProblems } from './option-problems.ts'
import { ACCESS_TOKEN_TYPE, MAX_LEEWAY_SECONDS } from './protocol/index.ts'
import type { RevocationSource } from './revocation/revocation-source.ts'
import { checkOnStale, type OnStale } from './route.ts'

export interface IssuerOptions {
  /** The exact `iss`. Null: whoever holds a key of `keys`. */
  readonly issuer: string | null
  /** What `aud` must be or contain; of several, one suffices. Null: tokens for anybody. */
  readonly audience: string | readonly string[] | null
  /** Default: every asymmetric one; with secrets as `keys`, theirs. */
  readonly algorithms?: readonly Algorithm[] | undefined
  /** The token's `typ`. Default `at+jwt` (RFC 9068); issuers that write `JWT` need `'JWT'`. */
  readonly tokenType?: string | undefined
  /** Longest lifetime of a token, `exp - iat`. Default 86400. */
  readonly maxLifetimeSeconds?: number | undefined
  /** Fixed keys, or a source of the caller's own. Default: discovered and kept fresh. */
  readonly keys?: Key | KeySet | KeySource | undefined
  /** `'none'` must be written for an issuer without a feed. Default `'feed'`. */
  readonly revocation?: 'feed' | 'none' | RevocationSource | undefined
}

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

export interface IssuerPolicy {
  readonly issuer: string | null
  readonly audience: string | readonly string[] | null
  readonly algorithms: readonly Algorithm[]
  readonly tokenType: string
  readonly maxLifetimeSeconds: number
  /** Null: to be discovered. */
  readonly keys: KeySource | null
  readonly revocation: 'feed' | 'none' | RevocationSource
}

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

const ISSUER_OPTION_NAMES = new Set([
  'issuer',
  'audience',
  'algorithms',
  'tokenType',
  'maxLifetimeSeconds',
  'keys',
  'revocation',
] satisfies (keyof IssuerOptions)[])

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

const ASYMMETRIC = ALGORITHMS.filter((algorithm) => !isSymmetric(algorithm))
const DAY_SECONDS = 86_400
const YEAR_SECONDS = 365 * DAY_SECONDS

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
  if (onStale === 'refuse' && issuers.some((issuer) => issuer.revocation === 'none')) {
    problems.add("onStale 'refuse' needs a revocation feed, but revocation is 'none'")
  }
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

function readIssuers(options: GuardOptions, problems: OptionProblems): IssuerPolicy[] {
  if (!('issuers' in options)) {
    problems.checkNames(options, new Set([...ISSUER_OPTION_NAMES, ...SHARED_OPTION_NAMES]), '')
    return [readIssuer({ options, where: '', problems })]
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
    return readIssuer({ options: one, where, problems })
  })
}

function isIssuerList(value: unknown): value is readonly IssuerOptions[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject)
}

interface IssuerQuestion {
  options: IssuerOptions
  where: string
  problems: OptionProblems
}

function readIssuer({ options, where, problems }: IssuerQuestion): IssuerPolicy {
  const {
    issuer,
    audience,
    tokenType = ACCESS_TOKEN_TYPE,
    maxLifetimeSeconds = DAY_SECONDS,
    revocation = 'feed',
  } = options
  const isDiscovered = options.keys === undefined || revocation === 'feed'
  if (issuer === null) {
    if (isDiscovered) problems.add(`${where}issuer null needs keys and another revocation`)
  } else if (typeof issuer !== 'string' || issuer === '') {
    problems.add(`${where}issuer is needed: a text, or null for any`)
  } else if (isDiscovered && !isIssuerUrl(issuer)) {
    problems.add(`${where}issuer must be an https address without query or fragment`)
  }
  if (audience !== null && !isTexts(audience)) {
    problems.add(`${where}audience is needed: a text, several, or null for any`)
  }
  if (typeof tokenType !== 'string' || tokenType === '') {
    problems.add(`${where}tokenType must be a text`)
  }
  problems.checkRange(maxLifetimeSeconds, {
    name: `${where}maxLifetimeSeconds`,
    min: 1,
    max: YEAR_SECONDS,
  })
  if (revocation !== 'feed' && revocation !== 'none' && !isRevocationSource(revocation)) {
    problems.add(`${where}revocation must be 'feed', 'none' or a RevocationSource`)
  }
  return {
    issuer,
    audience,
    tokenType,
    maxLifetimeSeconds,
    revocation,
    keys: readKeys({ options, where, problems }),
    algorithms: readAlgorithms({ options, where, problems }),
  }
}

function readKeys({ options: { keys }, where, problems }: IssuerQuestion): KeySource | null {
  if (keys === undefined) return null
  if (isKey(keys)) return createStaticKeys(createKeySet([keys]))
  if (isKeySet(keys)) return createStaticKeys(keys)
  if (isKeySource(keys)) return keys
  problems.add(`${where}keys must be a Key, a KeySet or a KeySource, never a text`)
  return null
}

function readAlgorithms({ options, where, problems }: IssuerQuestion): readonly Algorithm[] {
  const secrets = secretsOf(options.keys)
  const { algorithms = secrets.length > 0 ? secrets : ASYMMETRIC } = options
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isAlgorithm)) {
    problems.add(`${where}algorithms must be a list of known algorithms`)
    return []
  }
  if (algorithms.some(isSymmetric) !== secrets.length > 0) {
    problems.add(`${where}algorithms and keys must be both symmetric or both asymmetric`)
  } else if (algorithms.some(isSymmetric) && !algorithms.every(isSymmetric)) {
    problems.add(`${where}algorithms must not mix symmetric and asymmetric ones`)
  }
  return [...algorithms]
}

function secretsOf(keys: IssuerOptions['keys']): Algorithm[] {
  const all = isKey(keys) ? [keys] : isKeySet(keys) ? keys.keys() : []
  return all.flatMap((key) => (key.kind === 'secret' ? [key.algorithm] : []))
}

function isSymmetric(algorithm: Algorithm): boolean {
  return algorithm.startsWith('HS')
}

function isIssuerUrl(issuer: string): boolean {
  if (!URL.canParse(issuer) || /[?#]/.test(issuer)) return false
  return isSafeUrl(new URL(issuer))
}

function isTexts(value: unknown): boolean {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.length > 0 && values.every((one) => typeof one === 'string' && one !== '')
}

function isKeySource(value: unknown): value is KeySource {
  return hasMethods(value, ['keySet', 'ready', 'refresh', 'close', 'health'])
}

function isRevocationSource(value: unknown): value is RevocationSource {
  return hasMethods(value, ['isRevoked', 'stalenessMs', 'ready', 'close', 'health'])
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}
