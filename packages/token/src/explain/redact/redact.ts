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
import { createPlaceholders } from './placeholders.ts'
import { listJsonSpans } from './redact-json.ts'
import { listShown, type Redacting, redactObject } from './redact-value.ts'
import { joinSpans, type Span } from './spans.ts'

/**
 * The whole text with each token rewritten: signature replaced by the word `redacted`, private
 * values by placeholders (one for one value throughout), secrets and other cookies replaced.
 * Kept are times, algorithm, type, kid, issuer, audience, scopes, roles, booleans, small numbers,
 * names of members and the shape of everything; how it was spelt is not.
 *
 * Does not know what stands in the prose around, nor what a claim of your own that it keeps by
 * name may say: read it before you send it.
 *
 * @throws TypeError for an input that is neither text nor bytes
 */
export function redact(input: string | Uint8Array): Redaction {
  const recognised = recogniseInput(input)
  if (recognised.size > MAX_INPUT) {
    return { text: '', tokens: 0, replaced: {}, words: 'More than 1 MiB: nothing of it was kept.' }
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
  const spans = [...tokens, ...secrets, ...listJsonSpans(recognised, redacting)]
  const replaced = Object.fromEntries(placeholders.counts)
  const values = [...placeholders.counts].reduce((sum, [, count]) => sum + count, 0)
  const words =
    values === 0
      ? 'Nothing was found that had to be replaced.'
      : `${countWords(tokens.length, 'token')} rewritten, ${countWords(values, 'value')} replaced.`
  return { text: joinSpans(whole.text, spans), tokens: tokens.length, replaced, words }
}

/** Those that were recognised, and whatever else looks like one. */
function listTokens({ tokens, joined }: Recognised): readonly Excerpt[] {
  const known = tokens.map(({ excerpt }) => excerpt)
  const ranges = known.map(rangeOf)
  const others = scanTokens(joined).filter((excerpt) => {
    const { start, end } = rangeOf(excerpt)
    return !ranges.some((range) => start < range.end && range.start < end)
  })
  return [...known, ...others]
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
