import { findText } from '../context.ts'
import { createTerms } from '../terms/term.ts'
import { claimOf, findIssuerHost, type VendorTable } from './vendor.ts'

// docs.aws.amazon.com/cognito: using tokens with user pools.
export const COGNITO: VendorTable = {
  name: 'Amazon Cognito',
  recognise(claims) {
    const host = findIssuerHost(claims)
    if (host?.startsWith('cognito-idp.') && host.includes('.amazonaws.com')) return 'iss'
    const isUse = ['id', 'access'].includes(findText(claims, 'token_use') ?? '')
    return isUse ? claimOf(claims, 'cognito:username', 'cognito:groups', 'origin_jti') : null
  },
  terms: new Map(
    createTerms('Amazon Cognito', {
      token_use: {
        title: 'Use',
        means: 'Which of the tokens it is; check it.',
        values: { access: 'An access token; check this.', id: 'An ID token; check this.' },
      },
      'cognito:groups': { title: 'Groups', means: 'Groups of the user pool.', reads: 'list' },
      'cognito:username': { title: 'User name', means: 'User name in the pool.', private: 'name' },
      'cognito:roles': { title: 'IAM roles', means: 'IAM roles of the groups.', reads: 'list' },
      'cognito:preferred_role': {
        title: 'IAM role',
        means: 'The IAM role of the group that comes first.',
      },
      username: { title: 'User name', means: 'User name in the pool.', private: 'name' },
      event_id: { title: 'Login event', means: 'Names the login in the logs.' },
      origin_jti: {
        title: 'Origin',
        means: 'Names the login; revoking its refresh token revokes this.',
      },
      version: { title: 'Version', means: 'Version of the token format.' },
      identities: { title: 'Linked accounts', means: 'Accounts at other providers.' },
      device_key: { title: 'Device', means: 'The remembered device.' },
      client_id: {
        title: 'App client',
        means: 'The app client it was given to; access tokens have it in place of aud.',
      },
    }),
  ),
}
