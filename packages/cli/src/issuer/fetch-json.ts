import { CommandError } from '../failure.ts'
import { writeNote } from '../output/messages.ts'
import { fetchAnswer } from './fetch-answer.ts'

const TIMEOUT_MS = 5_000

/** The other side answered that there is nothing at the address. */
export class NotThereError extends CommandError {}

interface JsonRequest {
  readonly url: URL
  readonly maxBytes: number
}

/**
 * One GET of a JSON document, said on stderr first; bounded in size and in time. Redirects are not
 * followed.
 *
 * @throws NotThereError for a status of 4xx; CommandError
 */
export async function fetchJson({ url, maxBytes }: JsonRequest): Promise<unknown> {
  writeNote(`fetching ${url.href}`)
  const { status, text } = await fetchAnswer({ url, maxBytes, timeoutMs: TIMEOUT_MS })
  if (status >= 400 && status < 500) throw new NotThereError(`it answered ${status}`, 'unavailable')
  if (status !== 200) throw new CommandError(`it answered ${status}`, 'unavailable')
  return parseJson(text)
}

/** @throws CommandError */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError('it did not answer JSON', 'unavailable')
  }
}
