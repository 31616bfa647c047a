export interface Range {
  readonly start: number
  readonly end: number
}

/** Answers which parts of a range are in none of those that are given. */
export function createFreeRanges(ranges: readonly Range[]): (range: Range) => readonly Range[] {
  const merged: { start: number; end: number }[] = []
  for (const { start, end } of ranges.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else merged.push({ start, end })
  }
  return ({ start, end }) => {
    const free: Range[] = []
    let at = start
    for (let index = firstBehind(merged, start); at < end; index++) {
      const next = merged[index]
      if (next === undefined || next.start >= end) break
      if (next.start > at) free.push({ start: at, end: next.start })
      at = Math.max(at, next.end)
    }
    if (at < end) free.push({ start: at, end })
    return free
  }
}

/** The first of them that ends behind the place. */
function firstBehind(ranges: readonly Range[], place: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ranges[middle]?.end ?? 0) > place) high = middle
    else low = middle + 1
  }
  return low
}
