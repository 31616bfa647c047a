/**
 * Compares two ASCII texts in time that depends on their lengths alone.
 * Not for texts whose length is secret.
 */
export function isEqualText(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) {
    difference |= left.charCodeAt(index) ^ right.charCodeAt(index)
  }
  return difference === 0
}
