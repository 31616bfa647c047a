import { findText } from '../context.ts'
import { createTerms } from '../terms/term.ts'
import { claimOf, findIssuerHost, isHostWithin, type VendorTable } from './vendor.ts'

// clerk.com/docs: session tokens, versions 1 and 2.
export const CLERK: VendorTable = {
  name: 'Clerk',
  recognise(claims) {
    const host = findIssuerHost(claims)
    if (isHostWithin(host, 'clerk.accounts.dev') || host?.startsWith('clerk.')) return 'iss'
    const isSession = findText(claims, 'sid')?.startsWith('sess_') === true
    return isSession ? claimOf(claims, 'sid') : null
  },
  terms: new Map(
    createTerms('Clerk', {
      azp: {
        title: 'Authorized origin',
        means: 'The origin it was made for; check it against cross-site use.',
      },
      sid: { title: 'Session', means: 'The login it belongs to.' },
      v: { title: 'Version', means: 'Version of the token format.' },
      sts: {
        title: 'Session status',
        means: 'pending: the person still has something to do first.',
      },
      fva: {
        title: 'Factor age',
        means: 'Minutes since the first and the second factor; -1: never.',
      },
      pla: { title: 'Plan', means: 'The plan that is paid for.' },
      fea: { title: 'Features', means: 'What the plan includes.' },
      o: { title: 'Organization', means: 'The active organization: id, role, slug, permissions.' },
      org_id: { title: 'Organization', means: 'The active organization.' },
      org_role: { title: 'Role', means: 'The role there.' },
      org_slug: { title: 'Organization name', means: 'Its name in addresses; it can change.' },
      org_permissions: { title: 'Permissions', means: 'Permissions there.', reads: 'list' },
    }),
  ),
}
