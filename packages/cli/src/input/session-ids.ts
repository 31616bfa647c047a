import { InvalidArgumentError } from 'commander'

/** For arguments that may be repeated: a cut-off id, or another's, would end nothing and not fail. */
export function collectSessionId(value: string, ids: readonly string[] = []): readonly string[] {
  if (/^ses_[\w-]{22}$/.test(value)) return [...ids, value]
  throw new InvalidArgumentError(
    'Due is ses_ and 22 characters, as `signet session list` shows them.',
  )
}
