// The first question to an issuer, from which all others follow.
import { paths } from '@signet/guard/protocol'
import type { Answer } from '../issuer/fetch-answer.ts'
import { parseJson } from '../issuer/fetch-json.ts'
import { nameText } from '../output/value-text.ts'
import { ask, reasonOf } from './ask.ts'
import { found, ok, type Result, skipped } from './results.ts'

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
    answer = await ask(issuer + paths.openidConfiguration)
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
  return found('issuer', 'issuer_unreachable', `${paths.openidConfiguration}: ${reason}`)
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
