import type { Logger } from 'pino'
import type { EndReason } from './sessions/session.ts'

/** What happened that an operator wants to know. Ids only: never an address, a token or a secret. */
export type AuthorityEvent =
  | { type: 'session_ended'; id: string; reason: EndReason }
  | { type: 'session_repaired'; id: string }
  | { type: 'refresh_reused'; id: string }
  /** A refresh token newer than its row: the database was replaced by an older one. */
  | { type: 'database_behind'; id: string }
  | { type: 'log_unreadable'; reason: string }
  | { type: 'log_readable' }
  | { type: 'token_large'; bytes: number }
  /** Limits are counted per process until Redis answers again. */
  | { type: 'limits_not_shared'; reason: string }
  | { type: 'limits_shared' }

export interface Events {
  emit(event: AuthorityEvent): void
}

const LEVELS: Record<AuthorityEvent['type'], 'info' | 'warn' | 'error' | 'fatal'> = {
  session_ended: 'info',
  session_repaired: 'info',
  refresh_reused: 'warn',
  database_behind: 'fatal',
  log_unreadable: 'error',
  log_readable: 'info',
  token_large: 'warn',
  limits_not_shared: 'error',
  limits_shared: 'info',
}

/** One line per event. */
export function createEvents(logger: Logger): Events {
  return { emit: (event) => logger[LEVELS[event.type]]({ event }, event.type) }
}
