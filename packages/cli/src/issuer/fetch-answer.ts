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
  const { timeoutMs } = request
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // The runtime's fetch knows a signal only weakly: after a collection of garbage an abort reaches
  // nothing, and a server that falls silent would be waited for.
  const late = new Promise<never>((_resolve, reject) => {
    const error = new Error(`it took longer than ${timeoutMs / 1000} s`)
    timer = setTimeout(reject, timeoutMs, error)
  })
  try {
    return await Promise.race([exchange(request, controller.signal), late])
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`this could not be fetched: ${describe(error)}`, 'unavailable')
  } finally {
    clearTimeout(timer)
    // Ends what was not read to its end, which would keep the process.
    controller.abort()
  }
}

async function exchange(request: AnswerRequest, signal: AbortSignal): Promise<Answer> {
  const { url, maxBytes, headers = {}, redirect = 'error' } = request
  const askedAt = Date.now()
  const response = await fetch(url, {
    redirect,
    signal,
    headers: { accept: 'application/json', ...headers },
  })
  const at = (askedAt + Date.now()) / 2
  const reader = response.body?.getReader()
  signal.addEventListener('abort', () => void reader?.cancel().catch(() => {}))
  const text = response.status === 200 && reader ? await readText(reader, maxBytes) : ''
  return { status: response.status, headers: response.headers, text, at }
}

async function readText(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    // Counted after decompression: a small body that inflates is stopped at the same limit.
    bytes += value.byteLength
    if (bytes > maxBytes) {
      throw new CommandError(`it sent more than ${maxBytes / 1024} KiB`, 'unavailable')
    }
    text += decoder.decode(value, { stream: true })
  }
}

/** The runtime's fetch says only "fetch failed": what failed is in the cause. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  if (!(cause instanceof Error)) return String(cause)
  // A host with several addresses fails with an error for each, and no message of its own.
  return cause.message || String((cause as NodeJS.ErrnoException).code ?? cause.name)
}
