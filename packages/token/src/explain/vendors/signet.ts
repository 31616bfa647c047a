import { findText } from '../context.ts'
import { createTerms } from '../terms/term.ts'
import { claimOf, type VendorTable } from './vendor.ts'

export const SIGNET: VendorTable = {
  name: 'Signet',
  recognise(claims) {
    const isSession = findText(claims, 'sid')?.startsWith('ses_') === true
    return isSession && typeof claims['ver'] === 'number' ? claimOf(claims, 'sid') : null
  },
  terms: new Map(
    createTerms('Signet', {
      sid: {
        title: 'Session',
        means: 'The login it belongs to; revoking that ends it everywhere.',
      },
      ver: {
        title: 'Version',
        means: 'Raised when roles change: older tokens of the session end.',
      },
      roles: { title: 'Roles', means: 'Given to the account by operators.', reads: 'list' },
      scope: { title: 'Scopes', means: 'What the roles allow.', reads: 'list' },
    }),
  ),
}
