// What signatures are checked with: a key that the person at hand pinned, or the keys of the issuer
// that they named. Never a key or an address out of a token.
import type { Key, KeySet } from '@signet/token'
import { Option } from 'commander'
import { CommandError } from '../failure.ts'
import { fetchIssuerKeys, type IssuerKeys } from '../issuer/issuer-keys.ts'
import { readKeyFile, readKeySetFile, readSecretFile } from './key-input.ts'
import {
  algorithmOption,
  checkSecretOptions,
  type SecretOptions,
  secretOptions,
} from './options.ts'

export interface KeySourceOptions extends SecretOptions {
  readonly keyFile?: string
  readonly jwksFile?: string
  readonly fetchKeys?: true
  readonly issuer?: string
}

export function keySourceOptions(): Option[] {
  return [
    new Option('--key-file <file>', 'the key: JWK, JWK set, or PEM (key or certificate)'),
    new Option('--jwks-file <file>', 'the keys: a JWK set'),
    ...secretOptions(),
    new Option(
      '--fetch-keys',
      'ask --issuer, and the address of keys that its metadata names; none out of the token',
    ),
    algorithmOption('the only algorithm to accept; needed where the key does not name it'),
  ]
}

const SOURCES = ['keyFile', 'jwksFile', 'secretFile', 'fetchKeys'] as const

/** Whether a source is named. @throws CommandError for several, or an option that is about none */
export function hasKeySource(options: KeySourceOptions): boolean {
  const named = SOURCES.filter((name) => options[name] !== undefined)
  checkSecretOptions(options)
  if (named.length === 0 && options.alg !== undefined) {
    throw new CommandError('--alg says how to check: name a key to check with too')
  }
  if (named.length <= 1) return named.length === 1
  throw new CommandError(
    'name one of --key-file, --jwks-file, --secret-file and --fetch-keys, not several',
  )
}

/**
 * The keys of a file that the options name; null when they name none.
 *
 * @throws CommandError, KeyError
 */
export async function readPinnedKeys(
  options: KeySourceOptions,
  tokenFile = '-',
): Promise<Key | KeySet | null> {
  const { keyFile, jwksFile, secretFile, secretEncoding: encoding, alg: algorithm } = options
  if (keyFile === '-' && tokenFile === '-') {
    throw new CommandError('stdin holds the token or the key, not both: name a file for one')
  }
  if (keyFile !== undefined) {
    return readKeyFile({ file: keyFile, what: '--key-file', algorithm })
  }
  if (jwksFile !== undefined) {
    return readKeySetFile({ file: jwksFile, what: '--jwks-file', algorithm })
  }
  if (secretFile === undefined) return null
  return readSecretFile({ file: secretFile, what: '--secret-file', algorithm, encoding })
}

/** @throws CommandError, KeyError */
export function fetchKeys({ issuer, alg: algorithm }: KeySourceOptions): Promise<IssuerKeys> {
  if (issuer === undefined) {
    throw new CommandError('--fetch-keys needs --issuer: the keys come from the issuer you name')
  }
  return fetchIssuerKeys({ issuer, algorithm })
}
