import type { HiddenUrl } from '../config/hidden-url.ts'
import type { WakeChannel } from '../wake-channel.ts'
import type { Database } from './database.ts'
import { sql } from './query-builder.ts'

const CHANNEL = 'signet_revocations'
const CONNECT_TIMEOUT_MS = 3_000

/**
 * LISTEN and NOTIFY. Messages are sent over the database's pool, behind a pooler too, and heard on a
 * connection of its own to `server`, which must be PostgreSQL itself: a pooler that lends a server
 * connection for each transaction drops what it hears in between.
 */
export function createPostgresChannel(parts: {
  database: Database
  server: HiddenUrl
}): WakeChannel {
  const { database, server } = parts
  return {
    hint: 'notifications of PostgreSQL do not arrive; behind a pooler name the server itself in SIGNET_DATABASE_DIRECT_URL, or write SIGNET_WAKE_UPS=poll',

    async open({ heard, broken }) {
      const { Client } = (await import('pg')).default
      const client = new Client({
        connectionString: server.reveal(),
        application_name: 'signet wake-ups',
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: CONNECT_TIMEOUT_MS,
        keepAlive: true,
      })
      client.on('error', broken)
      client.on('end', () => broken(new Error('the connection ended')))
      client.on('notification', ({ payload }) => heard(payload ?? ''))
      const close = () => {
        // A server that fell silent is not waited for. The types do not know of it.
        const { unref } = client as object as { unref(): void }
        unref.call(client)
        client.end().catch(() => {})
      }
      try {
        await client.connect()
        await client.query(`listen ${CHANNEL}`)
      } catch (error) {
        close()
        throw error
      }
      return close
    },

    send: (message) => sql`select pg_notify(${CHANNEL}, ${message})`.execute(database.query),
  }
}
