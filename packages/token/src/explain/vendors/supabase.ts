import { findText } from '../context.ts'
import { createTerms } from '../terms/term.ts'
import { claimOf, findIssuerHost, isHostWithin, type VendorTable } from './vendor.ts'

// supabase.com/docs/guides/auth: JWT fields.
export const SUPABASE: VendorTable = {
  name: 'Supabase',
  recognise(claims) {
    const host = findIssuerHost(claims)
    const isTheirs = isHostWithin(host, 'supabase.co') || findText(claims, 'iss') === 'supabase'
    if (isTheirs) return 'iss'
    return Object.hasOwn(claims, 'app_metadata') ? claimOf(claims, 'aal', 'user_metadata') : null
  },
  terms: new Map(
    createTerms('Supabase', {
      role: {
        title: 'Database role',
        means: 'The role of Postgres that row level security sees.',
        values: {
          anon: 'Nobody logged in: the public key of the project.',
          authenticated: 'A person who logged in.',
          service_role: 'Everything, past row level security: for servers alone.',
        },
      },
      ref: { title: 'Project', means: 'The project.' },
      aal: {
        title: 'Assurance',
        means: 'How many factors.',
        values: { aal1: 'One factor.', aal2: 'Two factors.' },
      },
      session_id: { title: 'Session', means: 'The login it belongs to.' },
      is_anonymous: { title: 'Anonymous', means: 'Whether nobody logged in.' },
      app_metadata: { title: 'App metadata', means: 'Set by servers; may decide.' },
      user_metadata: {
        title: 'User metadata',
        means: 'Written by the person themselves: never decide by it.',
      },
      phone: { title: 'Telephone', means: 'Telephone number.', private: 'phone' },
    }),
  ),
}
