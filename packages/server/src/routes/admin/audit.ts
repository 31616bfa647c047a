import { paths } from '@signet/guard/protocol'
import type { AuditRow } from '../../audit/audit-entry.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { type AdminParts, limitOf, PAGE_QUERY } from './admin-parts.ts'

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: {
    ...PAGE_QUERY,
    after: { type: 'string', pattern: '^[0-9]{1,15}$' },
    last: { type: 'string', pattern: '^[0-9]{1,4}$' },
    account: { type: 'string', pattern: '^acc_[\\w-]{1,40}$' },
  },
} as const

const MAX_LAST = 1_000

/** The audit log, for operators. */
export function adminAuditRoutes(app: HttpServer, parts: AdminParts): void {
  const { audit, sessions, checkAdmin } = parts

  app.get(
    paths.adminAudit,
    { schema: { summary: 'Read the audit log', querystring: QUERY } },
    async (request) => {
      await checkAdmin(request)
      const { after = '0', last, account: accountId } = request.query
      const limit = limitOf(request.query)
      // Read first: what is appended meanwhile lies behind it and is not passed over.
      const { sequence: head } = await audit.head()
      const rows =
        last === undefined
          ? await audit.list({ after: Number(after), limit, accountId })
          : await audit.last({ count: Math.min(Number(last), MAX_LAST), accountId })
      const isLast = last !== undefined || rows.length < limit
      return {
        entries: rows.map(entryAnswer),
        next: isLast ? null : String(rows.at(-1)?.sequence),
        head,
      }
    },
  )

  const verifying = { schema: { summary: 'Judge the whole audit log' } }
  app.get(`${paths.adminAudit}/verify`, verifying, async (request) => {
    await checkAdmin(request)
    // Each of them was recorded when it was opened: enough of them to show when the log was there.
    const living = await sessions.page({ after: '', limit: MAX_LAST })
    const begunBy =
      living.length === 0 ? null : Math.min(...living.map(({ createdAt }) => createdAt))
    const { rows, head, faults } = await audit.verify({ begunBy })
    return { rows, head: { sequence: head.sequence, hash: hexOf(head.hash) }, faults }
  })
}

function entryAnswer({ seal: _, secretId: __, hash, ...entry }: AuditRow) {
  return { ...entry, hash: hexOf(hash) }
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
