// Options that several commands share, so that one word means one thing everywhere.
import { ALGORITHMS, type Algorithm } from '@signet/token'
import { Option } from 'commander'
import { CommandError } from '../failure.ts'
import { SECRET_ENCODINGS, type SecretFile } from './key-input.ts'
import { parseMoment } from './moment.ts'

/** For options that may be repeated. */
export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, value]
}

export function jsonOption(description = 'print JSON'): Option {
  return new Option('--json', description)
}

export function nowOption(): Option {
  const description = 'as of this time: epoch seconds, or as in 2026-11-23T10:00:00Z'
  return new Option('--now <time>', description).argParser(parseMoment)
}

export function algorithmOption(description: string): Option {
  return new Option('--alg <algorithm>', description).choices(ALGORITHMS)
}

export interface SecretOptions {
  readonly alg?: Algorithm
  readonly secretFile?: string
  readonly secretEncoding: SecretFile['encoding']
}

export function secretOptions(): Option[] {
  return [
    new Option('--secret-file <file>', 'a shared secret (HS256, HS384, HS512)'),
    new Option('--secret-encoding <encoding>', 'how the secret is written in its file')
      .choices(SECRET_ENCODINGS)
      .default('text'),
  ]
}

/** @throws CommandError for an encoding of nothing */
export function checkSecretOptions({ secretFile, secretEncoding }: SecretOptions): void {
  if (secretFile !== undefined || secretEncoding === 'text') return
  throw new CommandError('--secret-encoding is about --secret-file, which is not given')
}
