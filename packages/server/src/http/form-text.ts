/**
 * One name or value of a form as it was before it was encoded (`+`, `%20`); null for what no encoder
 * writes: a `%` without two digits behind it, bytes that are no UTF-8.
 */
export function parseFormText(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return null
  }
}
