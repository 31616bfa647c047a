// What a client is told: the one place that turns a refusal into an HTTP answer (RFC 6750,
// section 3; RFC 9457). It knows no framework; adapters only send what it says.
import type { Refusal } from './errors.ts'
import { BEARER_CODES, type BearerMeaning, type Problem } from './protocol/index.ts'

/** What a 503 asks a client to wait: the longest pause between two attempts to reach the feed. */
const RETRY_AFTER_SECONDS = 5

export interface BearerAnswer {
  status: BearerMeaning['status']
  headers: Record<string, string>
  /** A {@link Problem} as JSON. */
  body: string
}

/** The answer to a refused request. It tells the code, never the precise reason. */
export function createBearerAnswer(refusal: Refusal, realm: string): BearerAnswer {
  const { status, title, error } = BEARER_CODES[refusal.code]
  const problem: Problem = { code: refusal.code, title, status }
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  }
  if (status === 503) {
    headers['retry-after'] = String(RETRY_AFTER_SECONDS)
  } else {
    const scopes = refusal.scopes.join(' ')
    headers['www-authenticate'] = [
      `Bearer realm=${quote(realm)}`,
      ...(error === null ? [] : [`error=${quote(error)}`, `error_description=${quote(title)}`]),
      ...(scopes === '' ? [] : [`scope=${quote(scopes)}`]),
    ].join(', ')
  }
  return { status, headers, body: JSON.stringify(problem) }
}

/** A quoted-string (RFC 9110, section 5.6.4); what a header cannot carry becomes `?`. */
function quote(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`
}
