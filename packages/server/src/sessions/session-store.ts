import type { Selectable } from 'kysely'
import type { Database } from '../db/database.ts'
import { createFixedChange, createFixedQuery } from '../db/fixed-query.ts'
import type { SessionRow } from '../db/schema/schema.ts'
import type { Device, EndReason, IssuedToken, Session } from './session.ts'

/** Without what is only shown, or said once: a session is judged without it. */
export const SESSION_COLUMNS = [
  'sessions.id',
  'sessions.account_id',
  'sessions.client_id',
  'sessions.salt',
  'sessions.generation',
  'sessions.parent',
  'sessions.rotated_at',
  'sessions.secret_id',
  'sessions.token_version',
  'sessions.token_id',
  'sessions.token_audience',
  'sessions.token_issued_at',
  'sessions.token_expires_at',
  'sessions.tokens_expire_at',
  'sessions.idle_expires_at',
  'sessions.expires_at',
  'sessions.ended_at',
  'sessions.created_at',
] as const

type NameOf<Column> = Column extends `sessions.${infer Name}` ? Name : never

export type SessionColumns = Pick<
  Selectable<SessionRow>,
  NameOf<(typeof SESSION_COLUMNS)[number]> & keyof SessionRow
>

/** Those that a new session has: it has not ended. */
type NewSessionColumns = Omit<Selectable<SessionRow>, 'ended_at' | 'end_reason'>

const insertNew = createFixedQuery<NewSessionColumns, never>((query, _value, values) =>
  query.insertInto('sessions').values({
    ...values(
      'id',
      'account_id',
      'client_id',
      'salt',
      'generation',
      'parent',
      'rotated_at',
      'secret_id',
      'token_version',
      'token_id',
      'token_audience',
      'token_issued_at',
      'token_expires_at',
      'tokens_expire_at',
      'idle_expires_at',
      'expires_at',
      'created_at',
      'user_agent',
      'address',
    ),
    ended_at: null,
    end_reason: null,
  }),
)

export async function insertSession(db: Database, session: Session, device: Device): Promise<void> {
  await insertNew(db, {
    id: session.id,
    account_id: session.accountId,
    client_id: session.clientId,
    salt: session.salt,
    generation: session.generation,
    parent: session.parent,
    rotated_at: session.rotatedAt,
    secret_id: session.secretId,
    token_version: session.tokenVersion,
    ...tokenColumns(session.token),
    tokens_expire_at: session.tokensExpireAt,
    idle_expires_at: session.idleExpiresAt,
    expires_at: session.expiresAt,
    created_at: session.createdAt,
    user_agent: device.userAgent,
    address: device.address,
  })
}

const selectById = createFixedQuery<{ id: string }, SessionColumns>((query, value) =>
  query.selectFrom('sessions').select(SESSION_COLUMNS).where('id', '=', value('id')),
)

/** By primary key. */
export async function findSession(db: Database, id: string): Promise<Session | null> {
  const [row] = await selectById(db, { id })
  return row === undefined ? null : toSession(row)
}

/** What a refresh changes of a session. */
export type Rotation = Pick<
  Session,
  'generation' | 'rotatedAt' | 'secretId' | 'token' | 'tokensExpireAt' | 'idleExpiresAt'
> & { readonly parent: number }

type RotationColumns = Pick<
  Selectable<SessionRow>,
  | 'generation'
  | 'rotated_at'
  | 'secret_id'
  | 'token_id'
  | 'token_audience'
  | 'token_issued_at'
  | 'token_expires_at'
  | 'tokens_expire_at'
  | 'idle_expires_at'
> & { parent: number }

const updateById = createFixedChange<
  RotationColumns & { id: string; from_generation: number; token_version: number }
>((query, value, values) =>
  query
    .updateTable('sessions')
    .set(
      values(
        'generation',
        'parent',
        'rotated_at',
        'secret_id',
        'token_id',
        'token_audience',
        'token_issued_at',
        'token_expires_at',
        'tokens_expire_at',
        'idle_expires_at',
      ),
    )
    .where('id', '=', value('id'))
    .where('generation', '=', value('from_generation'))
    .where('token_version', '=', value('token_version'))
    .where('ended_at', 'is', null)
    .where('idle_expires_at', '>', value('rotated_at'))
    .where('expires_at', '>', value('rotated_at')),
)

/**
 * Moves the session to its next generation in one statement, if it still is what it was judged as:
 * of all callers that judged the same row, exactly one gets true; the others judge again. By
 * primary key.
 */
export async function rotateSession(
  db: Database,
  { from, to }: { from: Session; to: Rotation },
): Promise<boolean> {
  const changed = await updateById(db, {
    id: from.id,
    from_generation: from.generation,
    token_version: from.tokenVersion,
    generation: to.generation,
    parent: to.parent,
    rotated_at: to.rotatedAt,
    secret_id: to.secretId,
    idle_expires_at: to.idleExpiresAt,
    ...tokenColumns(to.token),
    tokens_expire_at: to.tokensExpireAt,
  })
  return changed === 1
}

/** What the log needs to know of a session that was just ended. */
export interface EndedSession {
  readonly id: string
  /** Null for a session that has no row. */
  readonly accountId: string | null
  readonly tokensExpireAt: number
}

/** Parameters of one statement are limited, and so is the patience of those who wait. */
const BATCH = 500

/**
 * Ends those of `ids` that have not ended, and answers exactly those: of several callers, one gets
 * each. By primary key; locked in id order first, so that two callers cannot lock each other out.
 */
export async function endSessions(
  tx: Database,
  end: { ids: readonly string[]; reason: EndReason; now: number },
): Promise<EndedSession[]> {
  const ended: EndedSession[] = []
  const inOrder = [...end.ids].sort()
  for (let start = 0; start < inOrder.length; start += BATCH) {
    const ids = inOrder.slice(start, start + BATCH)
    await lockSessions(tx, ids)
    const rows = await tx.query
      .updateTable('sessions')
      .set({ ended_at: end.now, end_reason: end.reason })
      .where('id', 'in', ids)
      .where('ended_at', 'is', null)
      .returning(['id', 'account_id', 'tokens_expire_at'])
      .execute()
    for (const row of rows) {
      ended.push({ id: row.id, accountId: row.account_id, tokensExpireAt: row.tokens_expire_at })
    }
  }
  return ended
}

async function lockSessions(tx: Database, ids: readonly string[]): Promise<void> {
  if (tx.kind === 'sqlite' || ids.length < 2) return
  const query = tx.query.selectFrom('sessions').select('id').where('id', 'in', ids).orderBy('id')
  await tx.locking(query, 'update').execute()
}

/** By the index `sessions_account`, in id order; also those past their limits. */
export async function listUnendedSessionIds(db: Database, accountId: string): Promise<string[]> {
  const rows = await db.query
    .selectFrom('sessions')
    .select('id')
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Raises the version of every session of an account that has not ended, and answers the new ones. */
export async function raiseTokenVersions(
  tx: Database,
  accountId: string,
): Promise<(EndedSession & { tokenVersion: number })[]> {
  await lockSessions(tx, await listUnendedSessionIds(tx, accountId))
  const rows = await tx.query
    .updateTable('sessions')
    .set((eb) => ({ token_version: eb('token_version', '+', 1) }))
    .where('account_id', '=', accountId)
    .where('ended_at', 'is', null)
    .returning(['id', 'account_id', 'token_version', 'tokens_expire_at'])
    .execute()
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    tokenVersion: row.token_version,
    tokensExpireAt: row.tokens_expire_at,
  }))
}

/**
 * Forgets sessions whose absolute limit lies before `before`, ended or not; at most `limit` rows,
 * so that nobody waits long. By the index `sessions_limit`. Answers how many.
 */
export async function sweepSessions(
  db: Database,
  sweep: { before: number; limit: number },
): Promise<number> {
  const rows = await db.query
    .deleteFrom('sessions')
    .where('id', 'in', (old) =>
      old
        .selectFrom('sessions')
        .select('id')
        .where('expires_at', '<', sweep.before)
        .limit(sweep.limit),
    )
    .returning('id')
    .execute()
  return rows.length
}

function tokenColumns(token: IssuedToken) {
  return {
    token_id: token.id,
    token_audience: token.audience.join(' '),
    token_issued_at: token.issuedAt,
    token_expires_at: token.expiresAt,
  }
}

export function toSession(row: SessionColumns): Session {
  return {
    id: row.id,
    accountId: row.account_id,
    clientId: row.client_id,
    salt: row.salt,
    generation: row.generation,
    parent: row.parent,
    rotatedAt: row.rotated_at,
    secretId: row.secret_id,
    tokenVersion: row.token_version,
    token: {
      id: row.token_id,
      audience: row.token_audience.split(' '),
      issuedAt: row.token_issued_at,
      expiresAt: row.token_expires_at,
    },
    tokensExpireAt: row.tokens_expire_at,
    idleExpiresAt: row.idle_expires_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at,
    createdAt: row.created_at,
  }
}
