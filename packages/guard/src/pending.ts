/**
 * Whether there is something to wait for. Told by what it can do: where a program has put another
 * Promise in the place of the runtime's, ours are no instances of it.
 */
export function isPending<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}
