/** Where the authority answers, relative to its issuer. */
export const paths = {
  signup: '/signup',
  login: '/login',
  refresh: '/refresh',
  logout: '/logout',
  profile: '/api/profile',
  password: '/api/password',
  sessions: '/api/sessions',
  keySet: '/.well-known/jwks.json',
  openidConfiguration: '/.well-known/openid-configuration',
  oauthMetadata: '/.well-known/oauth-authorization-server',
  revocations: '/revocations',
  revocationStream: '/revocations/stream',
  live: '/health/live',
  ready: '/health/ready',
  metrics: '/metrics',
} as const
