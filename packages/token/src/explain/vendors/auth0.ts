import { createTerms } from '../terms/term.ts'
import { claimOf, findIssuerHost, isHostWithin, type VendorTable } from './vendor.ts'

const GRANTS = {
  'client-credentials': 'An application got it for itself; no person is behind it.',
  password: 'The application saw the password.',
  authorization_code: 'By way of the login page.',
  refresh_token: 'With a refresh token.',
}

// auth0.com/docs: access tokens, custom claims, organizations.
export const AUTH0: VendorTable = {
  name: 'Auth0',
  recognise(claims) {
    if (isHostWithin(findIssuerHost(claims), 'auth0.com')) return 'iss'
    return claimOf(claims, 'gty')
  },
  terms: new Map(
    createTerms('Auth0', {
      gty: { title: 'Grant', means: 'How the application got it.', values: GRANTS },
      permissions: {
        title: 'Permissions',
        means: 'What roles allow, when the API asks for them.',
        reads: 'list',
      },
      org_id: { title: 'Organization', means: 'The organization that was logged in to; check it.' },
      org_name: { title: 'Organization name', means: 'Its name; compare the id instead.' },
      azp: { title: 'Application', means: 'The application it was given to.' },
    }),
  ),
}
