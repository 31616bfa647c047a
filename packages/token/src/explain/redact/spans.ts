/** A range of the text, and what is to stand there. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Replaces all of them. Of two that overlap the one that begins first counts, then the longer. */
export function joinSpans(text: string, spans: readonly Span[]): string {
  const pieces: string[] = []
  let at = 0
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (span.start < at) continue
    pieces.push(text.slice(at, span.start), span.text)
    at = span.end
  }
  return pieces.join('') + text.slice(at)
}
