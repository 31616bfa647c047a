// The last layer: what the forms that are understood did not take out of the text.
import { type Excerpt, originOf } from '../input/excerpt.ts'
import { createFreeRanges, type Range } from './free-ranges.ts'
import { type Leftover, listKnownKeys } from './known-keys.ts'
import { listLooseTokens } from './loose-tokens.ts'
import type { PlaceholderKind, Placeholders } from './placeholders.ts'
import { listSecretPairs } from './secret-pairs.ts'
import type { Span } from './spans.ts'

/** Less than that beside what is replaced is punctuation. */
const REST = /[A-Za-z0-9]{2}/

interface Found extends Range {
  /** Null for what is to go without a trace. */
  readonly kind: PlaceholderKind | null
  readonly words: string
  readonly isQuoted: boolean
}

interface Scanning {
  /** What is replaced already. */
  readonly known: readonly Span[]
  readonly placeholders: Placeholders
}

export function listScannedSpans(
  excerpt: Excerpt,
  { known, placeholders }: Scanning,
): readonly Span[] {
  const { text } = excerpt
  const found: Found[] = []
  let freeOf = createFreeRanges(known)
  const ends = new Set(known.map(({ end }) => end))
  for (const { start, end } of listLooseTokens(excerpt).map(rangeOf)) {
    for (const free of freeOf({ start, end })) {
      // More of a token that is replaced already, such as padding.
      const isTail = ends.has(free.start)
      found.push({ ...free, kind: isTail ? null : 'token', words: wordsAt(free), isQuoted: false })
    }
  }
  // The first word about a place counts: keys know themselves better than names do.
  for (const leftovers of [listKnownKeys(text), listSecretPairs(text)]) {
    freeOf = createFreeRanges([...known, ...found])
    const list = leftovers.flatMap(foundIn)
    for (const one of list) found.push(one)
  }
  return found
    .toSorted((a, b) => a.start - b.start)
    .map(({ start, end, kind, words, isQuoted }) => {
      const placeholder = kind === null ? '' : placeholders.of(kind, words)
      return { start, end, text: isQuoted ? `"${placeholder}"` : placeholder }
    })

  function foundIn({ kind, start, end, isQuoted = false }: Leftover): readonly Found[] {
    const range = { start: originOf(excerpt, start), end: originOf(excerpt, end) }
    const free = freeOf(range)
    const isWhole = free.length === 1 && free[0]?.start === range.start && free[0].end === range.end
    return free
      .map((part) => ({ ...part, kind, words: wordsAt(part), isQuoted }))
      .filter(({ words }) => isWhole || REST.test(words))
  }

  function wordsAt({ start, end }: { start: number; end: number }): string {
    const { origin } = excerpt
    if (typeof origin === 'number') return text.slice(start - origin, end - origin)
    return text.slice(indexAt(origin, start), indexAt(origin, end))
  }
}

/** The index of the first character that stands at the place or behind it. */
function indexAt(origins: Uint32Array, place: number): number {
  let low = 0
  let high = origins.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((origins[middle] ?? 0) >= place) high = middle
    else low = middle + 1
  }
  return low
}

function rangeOf(excerpt: Excerpt): { start: number; end: number } {
  return { start: originOf(excerpt, 0), end: originOf(excerpt, excerpt.text.length) }
}
