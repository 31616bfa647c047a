// Mail, terminals and `fold` break tokens into lines, in the middle of whatever is around them.
import { isObject } from '../context.ts'
import { type ReadToken, readToken } from '../read/token.ts'
import { SIGNATURE_ALGORITHMS } from '../terms/algorithms.ts'
import { createExcerptBuilder, type Excerpt } from './excerpt.ts'
import { findTokenStart, isTokenCharacter } from './scan.ts'

const MAX_LINES = 256
const MAX_CHARACTERS = 16_384
/** No word of prose; the lines of a broken token are longer, but perhaps the last. */
const MIN_LINE = 16
/** Sizes of RSA keys that are met. */
const RSA_BYTES = [256, 384, 512, 1024]
/** `redact` writes no more than that. */
const REDACTED = 'redacted'

interface Line {
  readonly start: number
  /** Without the space behind it. */
  readonly end: number
}

interface Cut {
  readonly from: number
  readonly to: number
}

interface Joining {
  readonly text: string
  readonly lines: readonly Line[]
  /** How many characters may still be tried, so that no text makes this take a square of it. */
  left: number
}

/**
 * The text without the line breaks that stand within tokens. A following line is taken for more of
 * a token only if it has nothing but characters of tokens, and the token is a better one with it.
 */
export function joinBrokenTokens(excerpt: Excerpt): { joined: Excerpt; hadLines: boolean } {
  const { text } = excerpt
  const lines = splitLines(text)
  const joining: Joining = { text, lines, left: 8 * text.length + MAX_CHARACTERS }
  const cuts: Cut[] = []
  for (let at = 0; at < lines.length - 1; at++) {
    const count = countContinuations(joining, at)
    for (const end = at + count; at < end; at++) {
      const [line, next] = [lines[at], lines[at + 1]]
      if (line === undefined || next === undefined) break
      cuts.push({ from: line.end, to: skipSpace(text, next.start) })
    }
  }
  if (cuts.length === 0) return { joined: excerpt, hadLines: false }
  const builder = createExcerptBuilder(excerpt)
  let at = 0
  for (const { from, to } of [...cuts, { from: text.length, to: text.length }]) {
    for (; at < from; at++) builder.add(text.charAt(at), at)
    at = to
  }
  return { joined: builder.build(), hadLines: true }
}

/** How many of the lines behind the one at `index` belong to the token that it ends with. */
function countContinuations(joining: Joining, index: number): number {
  const { text, lines } = joining
  const first = lines[index]
  if (first === undefined) return 0
  let start = first.end
  while (start > first.start && isTokenCharacter(text.charCodeAt(start - 1))) start--
  const run = text.slice(start, first.end)
  const from = findTokenStart(run)
  if (from < 0) return 0
  let token = run.slice(from)
  let best = { count: 0, score: scoreOf(joining, token) }
  let isEven = true
  for (let count = 1; count <= MAX_LINES && best.score < COMPLETE; count++) {
    const line = lines[index + count]
    if (line === undefined) break
    const more = text.slice(skipSpace(text, line.start), line.end)
    if (!isTokenText(more) || token.length > MAX_CHARACTERS || joining.left < 0) break
    token += more
    if (token.split('.', 6).length > 5) break
    const score = scoreOf(joining, token)
    const previous = lines[index + count - 1]
    if (count > 1 && previous !== undefined) isEven &&= lengthOf(previous) === lengthOf(first)
    const isLine = more.length >= MIN_LINE || (count > 1 && isEven)
    if (score > best.score || (score === best.score && isLine)) best = { count, score }
  }
  return best.count
}

const COMPLETE = 3

/** How much of a token it is: not one, parts that cannot be read, readable, complete. */
function scoreOf(joining: Joining, text: string): number {
  const dots = text.split('.', 6).length - 1
  if (dots !== 2 && dots !== 4) return 0
  joining.left -= text.length
  const token = readToken({ text, origin: 0 })
  if (token.problems.length > 0 || token.header === null) return 1
  return isComplete(token) ? COMPLETE : 2
}

function isComplete({ header, parts, signature, isEncrypted }: ReadToken): boolean {
  const last = parts.at(-1)
  if (last?.excerpt.text === REDACTED) return true
  if (isEncrypted) return last?.bytes.length === 16
  const alg = isObject(header) ? header['alg'] : undefined
  const length = signature?.length ?? 0
  if (alg === 'none') return length === 0
  const facts = typeof alg === 'string' ? SIGNATURE_ALGORITHMS.get(alg) : undefined
  return facts !== undefined && (facts.signatureBytes ?? RSA_BYTES).includes(length)
}

function splitLines(text: string): readonly Line[] {
  const lines: Line[] = []
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start)
    const next = found < 0 ? text.length : found
    let end = next
    while (end > start && ' \t\r'.includes(text.charAt(end - 1))) end--
    lines.push({ start, end })
    start = next + 1
  }
  return lines
}

function lengthOf({ start, end }: Line): number {
  return end - start
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}

function isTokenText(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isTokenCharacter(text.charCodeAt(at))) return false
  return text !== ''
}
