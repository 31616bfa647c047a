import { AuthorityError } from '../errors.ts'

/**
 * What the database itself refused or failed at: a full disk, a failed write, a lock never granted,
 * a value that is there already. Its message is the database's own, which names tables and columns
 * and never a value.
 */
export class DatabaseError extends AuthorityError {
  /** A unique index already holds this value. */
  readonly isUniqueViolation: boolean

  constructor(cause: Error, options: { isUniqueViolation: boolean }) {
    super('unavailable', { message: `database: ${cause.message}`, cause })
    this.name = 'DatabaseError'
    this.isUniqueViolation = options.isUniqueViolation
  }
}

export function isUniqueViolation(error: unknown): boolean {
  return error instanceof DatabaseError && error.isUniqueViolation
}
