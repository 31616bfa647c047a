// What can be said of one issuer, checked and with its defaults.
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
import { readClientSecret, readClientSettings } from './environment.ts'
import { describeError } from './errors.ts'
import type { ClientCredentials, CredentialsSource } from './http/client-authentication.ts'
import { isSafeUrl } from './http/safe-url.ts'
import type { KeySource } from './keys/key-source.ts'
import { createStaticKeys } from './keys/static-keys.ts'
import { isObject, type OptionProblems } from './option-problems.ts'
import { ACCESS_TOKEN_TYPE } from './protocol/index.ts'
import type { RevocationSource } from './revocation/revocation-source.ts'

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
  /**
   * Which client the service is, for a closed feed and for introspection. Sent to the issuer's own
   * origin and nowhere else. Default, for a guard of one issuer with a feed: `SIGNET_CLIENT_ID` and
   * the file named by `SIGNET_CLIENT_SECRET_FILE`. Null: none, whatever the environment says.
   */
  readonly credentials?: ClientCredentials | null | undefined
}

export interface IssuerPolicy {
  readonly issuer: string | null
  readonly audience: string | readonly string[] | null
  readonly algorithms: readonly Algorithm[]
  readonly tokenType: string
  readonly maxLifetimeSeconds: number
  /** Null: to be discovered. */
  readonly keys: KeySource | null
  readonly revocation: 'feed' | 'none' | RevocationSource
  readonly credentials: CredentialsSource | null
}

export const ISSUER_OPTION_NAMES = new Set([
  'issuer',
  'audience',
  'algorithms',
  'tokenType',
  'maxLifetimeSeconds',
  'keys',
  'revocation',
  'credentials',
] satisfies (keyof IssuerOptions)[])

const ASYMMETRIC = ALGORITHMS.filter((algorithm) => !isSymmetric(algorithm))
export const DAY_SECONDS = 86_400
export const YEAR_SECONDS = 365 * DAY_SECONDS

export interface IssuerQuestion {
  options: IssuerOptions
  /** Whether the environment may speak for it: it has one pair of credentials, for one issuer. */
  isOnly: boolean
  where: string
  problems: OptionProblems
}

export function readIssuer(question: IssuerQuestion): IssuerPolicy {
  const { options, where, problems } = question
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
    keys: readKeys(question),
    algorithms: readAlgorithms(question),
    credentials: readCredentials(question),
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

function readCredentials({
  options,
  isOnly,
  where,
  problems,
}: IssuerQuestion): CredentialsSource | null {
  const { credentials, issuer, revocation = 'feed' } = options
  if (credentials === null) return null
  if (credentials === undefined) {
    return isOnly && revocation === 'feed' ? readEnvironmentCredentials(problems) : null
  }
  if (!isCredentials(credentials)) {
    problems.add(`${where}credentials must be an object of the texts clientId and clientSecret`)
    return null
  }
  if (revocation === 'none') {
    problems.add(`${where}credentials are for a feed or introspection, but revocation is 'none'`)
  } else if (typeof issuer !== 'string' || !isIssuerUrl(issuer)) {
    problems.add(`${where}credentials need an issuer with an https address`)
  }
  const { clientId, clientSecret } = credentials
  return () => ({ clientId, clientSecret })
}

/** The secret is read now, to tell at once what is wrong, and again whenever it was refused. */
function readEnvironmentCredentials(problems: OptionProblems): CredentialsSource | null {
  const { clientId, secretFile } = readClientSettings()
  if (clientId === undefined && secretFile === undefined) return null
  if (clientId === undefined || secretFile === undefined) {
    problems.add('SIGNET_CLIENT_ID and SIGNET_CLIENT_SECRET_FILE must both be set, or neither')
    return null
  }
  const read = () => ({ clientId, clientSecret: readClientSecret(secretFile) })
  try {
    read()
  } catch (error) {
    problems.add(describeError(error))
  }
  return read
}

function isCredentials(value: unknown): value is ClientCredentials {
  if (!isObject(value)) return false
  const { clientId, clientSecret }: { clientId?: unknown; clientSecret?: unknown } = value
  return isText(clientId) && isText(clientSecret)
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
  return values.length > 0 && values.every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isKeySource(value: unknown): value is KeySource {
  return hasMethods(value, ['keySet', 'ready', 'refresh', 'close', 'health'])
}

function isRevocationSource(value: unknown): value is RevocationSource {
  if (!hasMethods(value, ['isRevoked', 'stalenessMs', 'ready', 'close', 'health'])) return false
  const { listen, now, version } = value as Partial<RevocationSource>
  return [listen, now, version].every(
    (method) => method === undefined || typeof method === 'function',
  )
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof Reflect.get(value, name) === 'function')
}
