import { CommandError } from '../failure.ts'

export interface AnswerRequest {
  readonly url: URL
  readonly maxBytes: number
  readonly timeoutMs: number
  readonly headers?: Readonly<Record<string, string>>
  /** Default: a redirect is a failure. */
  readonly redirect?: 'error' | 'manual'
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** Empty unless the status is 200. */
  readonly text: string
  /** Half-way between asking and the answer's first byte, epoch milliseconds. */
  readonly at: number
}

/** One GET, bounded in size and in time. @throws CommandError for anything but an answer */
export async function fetchAnswer(request: AnswerRequest): Promise<Answer> {
  const { url, maxBytes, timeoutMs, headers = {}, redirect = 'error' } = request
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeoutMs)
  try {
    const askedAt = Date.now()
    const response = await fetch(url, {
      redirect,
      signal: controller.signal,
      headers: { accept: 'application/json', ...headers },
    })
    const at = (askedAt + Date.now()) / 2
    const text = response.status === 200 ? await readText(response, maxBytes) : ''
    return { status: response.status, headers: response.headers, text, at }
  } catch (error) {
    if (error instanceof CommandError) throw error
    const isLate = controller.signal.aborted
    const reason = isLate ? `it took longer than ${timeoutMs / 1000} s` : describe(error)
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

/** The runtime's fetch says only "fetch failed": what failed is in the cause. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return String(cause)
  // A host with several addresses fails with an error for each, and no message of its own.
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name)
}
