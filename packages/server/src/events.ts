import type { Logger } from 'pino'
import type { Audit } from './audit/audit.ts'
import type { AuditEntry } from './audit/audit-entry.ts'
import type { Database } from './db/database.ts'

/** A subscriber does not read, others needed its slot, or its client was revoked. */
export type FeedCut = 'slow' | 'made_room' | 'client_changed'

/** What happened that an operator wants to know. Ids only: never an address, a token or a secret. */
export type AuthorityEvent =
  | { type: 'refreshed'; outcome: 'rotated' | 'repeated' | 'repaired' | 'refused' }
  | { type: 'refresh_reused'; id: string }
  | { type: 'client_token_issued' }
  | { type: 'attempt_limited'; what: 'login' | 'password' | 'signup' | 'client' }
  /** A refresh token newer than its row: the database was replaced by an older one. */
  | { type: 'database_behind'; id: string }
  | { type: 'log_unreadable'; reason: string }
  | { type: 'log_readable' }
  | { type: 'feed_cut'; reason: FeedCut }
  | { type: 'token_large'; bytes: number }
  /** What other processes write is found by polling, twice a second, until wake-ups arrive again. */
  | { type: 'wake_ups_lost'; reason: string }
  | { type: 'wake_ups_heard' }
  /** Redis lacks revocations; programs that ask there see that it is not fresh. */
  | { type: 'mirror_behind'; reason: string }
  | { type: 'mirror_current' }
  /** Without knowing the keys of now nothing is signed. */
  | { type: 'keys_unreadable'; reason: string }
  | { type: 'keys_readable' }
  /** What is due about the keys could not be done; it is tried again. */
  | { type: 'keys_unchanged'; reason: string }
  /** `expiresAt`: of the certificate, epoch seconds. */
  | { type: 'tls_renewed'; expiresAt: number }
  /** The files of certificate and key are not to be used; those before go on. */
  | { type: 'tls_unusable'; reason: string }
  /** Limits are counted per process until Redis answers again. */
  | { type: 'limits_not_shared'; reason: string }
  | { type: 'limits_shared' }

/** What happens to the program. */
export interface Events {
  /** A log line and a count. */
  emit(event: AuthorityEvent): void
}

/** What happens to accounts and sessions as well. */
export interface AuditedEvents extends Events {
  /**
   * A row of the audit log each, in the transaction of the thing itself and last in it; a log line
   * and a count once that is durable.
   */
  record(tx: Database, entries: readonly AuditEntry[]): Promise<void>
}

type Level = 'debug' | 'info' | 'warn' | 'error' | 'fatal'

const LEVELS: Record<AuthorityEvent['type'], Level> = {
  refreshed: 'debug',
  refresh_reused: 'warn',
  client_token_issued: 'debug',
  attempt_limited: 'info',
  database_behind: 'fatal',
  log_unreadable: 'error',
  log_readable: 'info',
  feed_cut: 'warn',
  wake_ups_lost: 'warn',
  wake_ups_heard: 'info',
  mirror_behind: 'error',
  mirror_current: 'info',
  token_large: 'warn',
  keys_unreadable: 'error',
  keys_readable: 'info',
  keys_unchanged: 'error',
  tls_renewed: 'info',
  tls_unusable: 'error',
  limits_not_shared: 'error',
  limits_shared: 'info',
}

/** Who counts what happens. */
export interface EventCounter {
  countEvent(event: AuthorityEvent): void
  countEntry(entry: AuditEntry): void
}

/** One function for each of the two kinds: log line, count and row never differ. */
export function createEvents(parts: {
  logger: Logger
  audit: Audit
  counter: EventCounter
}): AuditedEvents {
  const { logger, audit, counter } = parts
  return {
    emit(event) {
      logger[LEVELS[event.type]]({ event }, event.type)
      counter.countEvent(event)
    },
    async record(tx, entries) {
      await audit.append(tx, entries)
      tx.onCommit(() => {
        for (const entry of entries) {
          const { address: _, ...event } = entry
          logger.info({ event }, entry.type)
          counter.countEntry(entry)
        }
      })
    },
  }
}
