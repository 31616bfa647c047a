/** True when `error` says that a unique index already holds this value. */
export function isUniqueViolation(error: unknown): boolean {
  if (!isDatabaseError(error)) return false
  // Extended result codes SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY.
  return error.errcode === 2067 || error.errcode === 1555
}

/**
 * True for what the database itself threw: a full disk, a failed write, a lock never granted.
 * `errcode` is the extended result code; the packaged SQLite leaves it out where a statement that
 * returns rows failed.
 */
export function isDatabaseError(error: unknown): error is Error & { errcode?: number } {
  return error instanceof Error && (error as { code?: unknown }).code === 'ERR_SQLITE_ERROR'
}
