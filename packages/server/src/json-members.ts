/**
 * Whether every member that a JSON text writes is in the value that was read from it: two of one
 * name are two readings, of which each reader takes another.
 */
export function isSingleReading(json: string, value: unknown): boolean {
  return countNames(json) === countMembers(value)
}

/** Names as they are written: in JSON, exactly the strings that a colon follows. */
function countNames(json: string): number {
  let count = 0
  for (const [, colon] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"\s*(:?)/g)) {
    if (colon === ':') count += 1
  }
  return count
}

/** Members at every depth. */
function countMembers(body: unknown): number {
  let count = 0
  const pending = [body]
  while (pending.length > 0) {
    const value = pending.pop()
    if (typeof value !== 'object' || value === null) continue
    const inner = Object.values(value)
    if (!Array.isArray(value)) count += inner.length
    for (const one of inner) pending.push(one)
  }
  return count
}
