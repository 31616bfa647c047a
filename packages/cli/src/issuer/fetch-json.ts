import { CommandError } from '../failure.ts'
import { writeNote } from '../output/messages.ts'

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
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS)
  try {
    const response = await fetch(url, {
      redirect: 'error',
      signal: controller.signal,
      headers: { accept: 'application/json' },
    })
    const { status } = response
    if (status >= 400 && status < 500)
      throw new NotThereError(`it answered ${status}`, 'unavailable')
    if (status !== 200) throw new CommandError(`it answered ${status}`, 'unavailable')
    return parseJson(await readText(response, maxBytes))
  } catch (error) {
    if (error instanceof CommandError) throw error
    const isLate = controller.signal.aborted
    const reason = isLate ? `it took longer than ${TIMEOUT_MS / 1000} s` : describe(error)
    throw new CommandError(`this could not be fetched: ${reason}`, 'unavailable')
  } finally {
    clearTimeout(timer)
    // Ends a body that was not read to its end, which would keep the process.
    controller.abort()
  }
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  // Counted after decompression: a small body that inflates is stopped at the same limit.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new CommandError(`it sent more than ${maxBytes / 1024} KiB`, 'unavailable')
    }
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandError('it did not answer JSON', 'unavailable')
  }
}

/** The runtime's fetch says only "fetch failed": what failed is in the cause. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return String(cause)
  // A host with several addresses fails with an error for each, and no message of its own.
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name)
}
