// A copy that can be shown: tokens that can still be read and never be used.
import { isObject } from '../context.ts'
import type { Redaction } from '../explanation.ts'
import type { Recognised } from '../input/collection.ts'
import { type Excerpt, originOf } from '../input/excerpt.ts'
import { MAX_INPUT, recogniseInput } from '../input/recognise.ts'
import { scanTokens } from '../input/scan.ts'
import { type ReadToken, readToken } from '../read/token.ts'
import { REDACTED } from '../rules/signature.ts'
import { countWords } from '../words/time.ts'
import { encodeJson } from './encode.ts'
import { createFreeRanges } from './free-ranges.ts'
import { listLooseTokens } from './loose-tokens.ts'
import { createPlaceholders } from './placeholders.ts'
import { listJsonSpans } from './redact-json.ts'
import { listShown, type Redacting, redactObject } from './redact-value.ts'
import { listScannedSpans } from './scanned-spans.ts'
import { joinSpans, type Span } from './spans.ts'
import { listWarnings } from './warnings.ts'

/**
 * The whole text with each token rewritten: signature replaced by the word `redacted`, private
 * values by placeholders (one for one value throughout), secrets and other cookies replaced.
 * Kept are times, algorithm, type, kid, issuer, audience, scopes, roles, booleans, small numbers,
 * names of members and the shape of everything; how it was spelt is not.
 *
 * What stands around is scanned for names and looks of secrets, not understood; nor is it known
 * what a claim of your own that is kept by name may say. `warnings` say where to look.
 *
 * @throws TypeError for an input that is neither text nor bytes
 */
export function redact(input: string | Uint8Array): Redaction {
  const recognised = recogniseInput(input)
  if (recognised.size > MAX_INPUT) {
    const words = 'More than 1 MiB: nothing of it was kept.'
    return { text: '', tokens: 0, replaced: {}, words, warnings: [] }
  }
  const { whole } = recognised
  const found = listTokens(recognised)
  const read = found.map((excerpt) => readToken(excerpt))
  const placeholders = createPlaceholders()
  const redacting: Redacting = { placeholders, shown: listAllShown(read, recognised) }
  const tokens = read.map(
    (token): Span => ({
      ...rangeOf(token.excerpt),
      text: redactToken(token, redacting),
    }),
  )
  const secrets = recognised.secrets.map(
    ({ excerpt, what }): Span => ({
      ...rangeOf(excerpt),
      text: placeholders.of(what, excerpt.text),
    }),
  )
  const known = [...tokens, ...secrets, ...listJsonSpans(recognised, redacting)]
  const scanned = listScannedSpans(recognised.joined, { known, placeholders })
  const spans = [...known, ...scanned]
  const replaced = Object.fromEntries(placeholders.counts)
  const values = [...placeholders.counts].reduce((sum, [, count]) => sum + count, 0)
  const words =
    values === 0
      ? 'Nothing was found that had to be replaced.'
      : `${countWords(tokens.length, 'token')} rewritten, ${countWords(values, 'value')} replaced.`
  const warnings = listWarnings(recognised, { spans, hasScanned: scanned.length > 0 })
  return { text: joinSpans(whole.text, spans), tokens: tokens.length, replaced, words, warnings }
}

/** Those that were recognised, and whatever else looks like one. */
function listTokens({ tokens, joined }: Recognised): readonly Excerpt[] {
  const found = tokens.map(({ excerpt }) => excerpt)
  for (const list of [scanTokens, listLooseTokens]) {
    const freeOf = createFreeRanges(found.map(rangeOf))
    for (const excerpt of list(joined)) {
      const range = rangeOf(excerpt)
      const [free] = freeOf(range)
      if (free?.start === range.start && free.end === range.end) found.push(excerpt)
    }
  }
  return found
}

function listAllShown(tokens: readonly ReadToken[], { json }: Recognised): ReadonlySet<string> {
  const shown = new Set<string>()
  for (const { header, claims } of tokens) {
    listShown(header ?? {}, shown)
    listShown(claims ?? {}, shown)
  }
  if (json !== null && isObject(json.value)) listShown(json.value, shown)
  return shown
}

function redactToken(token: ReadToken, redacting: Redacting): string {
  const { placeholders } = redacting
  if (token.header === null) return placeholders.of('token', token.excerpt.text)
  placeholders.count('signature')
  const header = encodeJson(redactObject(token.header, redacting))
  if (token.isEncrypted) return [header, REDACTED, REDACTED, REDACTED, REDACTED].join('.')
  const claims =
    token.claims === null ? REDACTED : encodeJson(redactObject(token.claims, redacting))
  return [header, claims, REDACTED].join('.')
}

function rangeOf(excerpt: Excerpt): { start: number; end: number } {
  return { start: originOf(excerpt, 0), end: originOf(excerpt, excerpt.text.length) }
}
