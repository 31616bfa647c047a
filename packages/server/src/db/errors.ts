import { AuthorityError } from '../errors.ts'

/**
 * What the database itself refused or failed at: a full disk, a failed write, a lock never granted,
 * a connection that broke. Its message is the database's own, which names tables and columns and
 * never a value.
 */
export class DatabaseError extends AuthorityError {
  constructor(cause: Error) {
    super('unavailable', { message: `database: ${cause.message}`, cause })
    this.name = 'DatabaseError'
  }
}
