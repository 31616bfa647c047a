// The first question to an issuer, from which all others follow.
import { paths } from '@signet/guard/protocol'
import { CommandError } from '../failure.ts'
import { type Answer, fetchAnswer } from '../issuer/fetch-answer.ts'
import { parseJson } from '../issuer/fetch-json.ts'
import { nameText } from '../output/value-text.ts'
import { found, ok, type Result, skipped } from './results.ts'

/** Every single question; all of them together stay far below half a minute. */
export const ASK_TIMEOUT_MS = 4_000
export const DOCUMENT_MAX_BYTES = 256 * 1024
export const METADATA_PATH = paths.openidConfiguration

export interface Discovered {
  readonly result: Result
  /** What came back with status 200; null: nothing. */
  readonly answer: Answer | null
  /** The discovery document; null unless it is that of this issuer. */
  readonly metadata: Readonly<Record<string, unknown>> | null
}

export async function checkIssuer(issuer: string): Promise<Discovered> {
  const none = { answer: null, metadata: null }
  let answer: Answer
  try {
    answer = await ask(issuer + METADATA_PATH)
  } catch (error) {
    return { ...none, result: unreachable(reasonOf(error)) }
  }
  if (answer.status !== 200) {
    return { ...none, result: unreachable(`it answered ${answer.status}`) }
  }
  let document: unknown
  try {
    document = parseJson(answer.text)
  } catch (error) {
    return { answer, metadata: null, result: unreachable(reasonOf(error)) }
  }
  const metadata = { ...Object(document) } as Record<string, unknown>
  if (metadata['issuer'] === issuer) {
    return { answer, metadata, result: ok('issuer', 'it answers, and calls itself by this name') }
  }
  const { issuer: name } = metadata
  const words =
    typeof name === 'string'
      ? `who answers there is called ${nameText(name)}`
      : 'who answers there is no issuer'
  return { answer, metadata: null, result: found('issuer', 'issuer_other', words) }
}

function unreachable(reason: string): Result {
  return found('issuer', 'issuer_unreachable', `${METADATA_PATH}: ${reason}`)
}

/** Whether the authority can read its database. Not every proxy lets strangers ask. */
export async function checkReady(issuer: string): Promise<Result> {
  let answer: Answer
  try {
    answer = await ask(issuer + paths.ready)
  } catch (error) {
    return skipped('ready', reasonOf(error))
  }
  if (answer.status === 200) return ok('ready', 'the authority reads its database')
  if (answer.status >= 500) return found('ready', 'not_ready', `it answered ${answer.status}`)
  return skipped('ready', `the proxy keeps ${paths.ready} to itself (${answer.status})`)
}

/** @throws CommandError */
export function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return fetchAnswer({
    url: new URL(url),
    maxBytes: DOCUMENT_MAX_BYTES,
    timeoutMs: ASK_TIMEOUT_MS,
    headers,
  })
}

/** @throws whatever has no words */
export function reasonOf(error: unknown): string {
  if (error instanceof CommandError) return error.message
  throw error
}
