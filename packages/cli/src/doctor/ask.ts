import { CommandError } from '../failure.ts'
import { type Answer, type AnswerRequest, fetchAnswer } from '../issuer/fetch-answer.ts'

/** Every single question; all of them together stay far below half a minute. */
export const ASK_TIMEOUT_MS = 4_000

const MAX_BYTES = 256 * 1024

/** @throws CommandError */
export function ask(
  url: string,
  options: Pick<AnswerRequest, 'headers' | 'redirect'> = {},
): Promise<Answer> {
  return fetchAnswer({
    url: new URL(url),
    maxBytes: MAX_BYTES,
    timeoutMs: ASK_TIMEOUT_MS,
    ...options,
  })
}

/** @throws whatever has no words */
export function reasonOf(error: unknown): string {
  if (error instanceof CommandError) return error.message
  throw error
}
