/** True when `error` says that a unique index already holds this value. */
export function isUniqueViolation(error: unknown): boolean {
  // Extended result codes SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY.
  return isDatabaseError(error) && (error.errcode === 2067 || error.errcode === 1555)
}

/** True for what the database itself threw: a full disk, a failed write, a lock never granted. */
export function isDatabaseError(error: unknown): error is Error & { errcode: number } {
  return error instanceof Error && typeof (error as { errcode?: unknown }).errcode === 'number'
}
