import { findText } from '../context.ts'
import { createTerms } from '../terms/term.ts'
import { claimOf, type VendorTable } from './vendor.ts'

// keycloak.org server administration: protocol mappers and client scopes.
export const KEYCLOAK: VendorTable = {
  name: 'Keycloak',
  recognise(claims) {
    const known = claimOf(claims, 'realm_access', 'resource_access', 'session_state')
    if (/\/realms\/[^/\s]{1,200}$/.test((findText(claims, 'iss') ?? '').slice(-210))) return 'iss'
    return known === 'the claim session_state' ? null : known
  },
  terms: new Map(
    createTerms('Keycloak', {
      typ: {
        title: 'Use',
        means: 'Which of the tokens it is; check it, since the header says only JWT.',
        values: {
          Bearer: 'An access token.',
          ID: 'An ID token.',
          Refresh: 'A refresh token: for Keycloak alone.',
          Offline: 'A refresh token without end: for Keycloak alone.',
          Logout: 'A logout token.',
        },
      },
      realm_access: { title: 'Realm roles', means: 'Roles in the realm.' },
      resource_access: {
        title: 'Client roles',
        means: 'Roles at each client; look under your own name only.',
      },
      session_state: {
        title: 'Session',
        means: 'The login it belongs to; newer versions say sid.',
      },
      'allowed-origins': {
        title: 'Allowed origins',
        means: 'Web origins of the client, for CORS.',
        reads: 'list',
      },
      azp: { title: 'Client', means: 'The client it was given to.' },
      authorization: { title: 'Permissions', means: 'What authorization services granted.' },
      clientHost: {
        title: 'Client host',
        means: 'Where the service account called from.',
        private: 'ip-address',
      },
      clientAddress: {
        title: 'Client address',
        means: 'Where the service account called from.',
        private: 'ip-address',
      },
      client_id: { title: 'Client', means: 'The client of the service account.' },
      acr: {
        title: 'Assurance',
        means: 'How sure the issuer is who it was.',
        values: { 0: 'By an old session.', 1: 'By a login.' },
      },
    }),
  ),
}
