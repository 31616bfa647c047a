import type { Kysely } from 'kysely'

/** What operators look for: the sessions of an address, and who has a role. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Set at the login and never changed: a refresh touches no index.
  await db.schema
    .createIndex('sessions_address')
    .on('sessions')
    .columns(['address', 'id'])
    .execute()
  await db.schema
    .createIndex('account_roles_role')
    .on('account_roles')
    .columns(['role', 'account_id'])
    .execute()
}
