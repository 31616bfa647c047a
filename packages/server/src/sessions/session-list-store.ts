// The sessions that can still go on, as they are listed.
import type { Selectable } from 'kysely'
import type { Database } from '../db/database.ts'
import type { SessionRow } from '../db/schema/schema.ts'
import type { Device } from './session.ts'

/** A session as its owner and operators see it. */
export interface ListedSession {
  readonly id: string
  readonly accountId: string
  readonly clientId: string
  readonly createdAt: number
  readonly lastUsedAt: number
  /** When it is over at the latest if it is not used again. */
  readonly expiresAt: number
  readonly device: Device
}

/** The sessions of an account that can still go on, by `sessions_account`; newest use first. */
export async function listSessions(
  db: Database,
  page: { accountId: string; now: number; limit: number },
): Promise<ListedSession[]> {
  const rows = await livingSessions(db, page.now)
    .where('account_id', '=', page.accountId)
    .orderBy('rotated_at', 'desc')
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map(toListed)
}

/**
 * The sessions that can still go on, in id order behind `after`; of one account or one address by
 * `sessions_account` and `sessions_address`.
 */
export async function pageSessions(
  db: Database,
  page: {
    after: string
    now: number
    limit: number
    accountId?: string | undefined
    address?: string | undefined
  },
): Promise<ListedSession[]> {
  let query = livingSessions(db, page.now).where('id', '>', page.after)
  if (page.accountId !== undefined) query = query.where('account_id', '=', page.accountId)
  if (page.address !== undefined) query = query.where('address', '=', page.address)
  const rows = await query.orderBy('id').limit(page.limit).execute()
  return rows.map(toListed)
}

function livingSessions(db: Database, now: number) {
  return db.query
    .selectFrom('sessions')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('idle_expires_at', '>', now)
    .where('expires_at', '>', now)
}

function toListed(row: Selectable<SessionRow>): ListedSession {
  return {
    id: row.id,
    accountId: row.account_id,
    clientId: row.client_id,
    createdAt: row.created_at,
    lastUsedAt: row.rotated_at,
    expiresAt: Math.min(row.idle_expires_at, row.expires_at),
    device: { userAgent: row.user_agent, address: row.address },
  }
}
