import { findText } from '../context.ts'
import { createTerms } from '../terms/term.ts'
import { claimOf, findIssuerHost, type VendorTable } from './vendor.ts'

// developers.google.com/identity/openid-connect.
export const GOOGLE: VendorTable = {
  name: 'Google',
  recognise(claims) {
    const isTheirs = findIssuerHost(claims) === 'accounts.google.com'
    return isTheirs || findText(claims, 'iss') === 'accounts.google.com' ? 'iss' : null
  },
  terms: new Map(
    createTerms('Google', {
      hd: {
        title: 'Domain',
        means: 'The Workspace domain of the account; check it where only that may log in.',
      },
      sub: { title: 'Subject', means: 'The Google account, never used again; the key to store.' },
    }),
  ),
}

// firebase.google.com/docs/auth/admin/verify-id-tokens.
export const FIREBASE: VendorTable = {
  name: 'Firebase',
  recognise(claims) {
    const host = findIssuerHost(claims)
    if (host === 'securetoken.google.com' || host === 'session.firebase.google.com') return 'iss'
    return claimOf(claims, 'firebase')
  },
  terms: new Map(
    createTerms('Firebase', {
      aud: { title: 'Audience', means: 'The project id; iss ends with the same.', reads: 'list' },
      user_id: { title: 'User', means: 'The same as sub.' },
      firebase: { title: 'Login', means: 'By which provider, with which linked accounts.' },
      provider_id: {
        title: 'Provider',
        means: 'By which provider.',
        values: { anonymous: 'Nobody logged in: an anonymous account.' },
      },
    }),
  ),
}
