// Tokens in the shape that their makers document, with values of our own.
import { createBare, createToken, NOW, rsaSignature } from './explain-tokens.ts'

const rs256 = (kid: string, more: Readonly<Record<string, unknown>> = {}) => ({
  alg: 'RS256',
  typ: 'JWT',
  kid,
  ...more,
})
const of = (header: Readonly<Record<string, unknown>>, claims: unknown) =>
  createBare(header, claims, rsaSignature())

const TENANT = '7a6b5c4d-1111-4222-8333-944455556666'
const PERSON = '00000000-aaaa-4bbb-8ccc-dddddddddddd'

const AUTH0_ACCESS = of(rs256('NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4QzQ2MDAyQjVDNjk1RTM2Qg'), {
  iss: 'https://meadow.eu.auth0.com/',
  sub: 'auth0|64f1c0ffee00112233445566',
  aud: ['https://api.meadow.example', 'https://meadow.eu.auth0.com/userinfo'],
  iat: NOW - 600,
  exp: NOW + 85_800,
  azp: 'AbCdEfGhIjKlMnOpQrStUvWxYz012345',
  scope: 'openid profile read:orders',
  permissions: ['read:orders'],
  org_id: 'org_9ybsU1dN2dKfDkBi',
  'https://meadow.example/plan': 'gold',
})

const GOOGLE_ID = of(rs256('6f7254101f56e41cf35c9926de84a2d552b4c6f1'), {
  iss: 'https://accounts.google.com',
  azp: '123456789012-abc.apps.googleusercontent.com',
  aud: '123456789012-abc.apps.googleusercontent.com',
  sub: '110169484474386276334',
  hd: 'meadow.example',
  email: 'ada@meadow.example',
  email_verified: true,
  at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
  nonce: 'n-0S6_WzA2Mj',
  name: 'Ada Lovelace',
  picture: 'https://lh3.googleusercontent.com/a/x',
  given_name: 'Ada',
  family_name: 'Lovelace',
  iat: NOW - 10,
  exp: NOW + 3590,
})

const KEYCLOAK_ACCESS = of(rs256('FJ86GcF3jTbNLOco4NvZkUCIUmfYCqoqtOQeMfbhNlE'), {
  exp: NOW + 240,
  iat: NOW - 60,
  auth_time: NOW - 3600,
  jti: 'onrtac:4d3b2a1c-9f0e-4d7c-8b6a-5f4e3d2c1b0a',
  iss: 'https://sso.meadow.example/realms/meadow',
  aud: 'account',
  sub: PERSON,
  typ: 'Bearer',
  azp: 'shop',
  sid: '0f1e2d3c-4b5a-4968-8777-665544332211',
  acr: '1',
  'allowed-origins': ['https://shop.meadow.example'],
  realm_access: { roles: ['offline_access', 'default-roles-meadow'] },
  resource_access: { account: { roles: ['view-profile'] } },
  scope: 'openid email profile',
  email_verified: true,
  name: 'Ada Lovelace',
  preferred_username: 'ada',
  given_name: 'Ada',
  family_name: 'Lovelace',
  email: 'ada@meadow.example',
})

const ENTRA_V2 = of(rs256('nOo3ZDrODXEK1jKWhXslHR_KXEg'), {
  aud: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
  iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
  iat: NOW - 300,
  nbf: NOW - 300,
  exp: NOW + 3600,
  aio: 'AXQAi/8IAAAAtAaZLo3ChMif6KOnttRB7eBq4',
  azp: '6e74172b-be56-4843-9ff4-e66a39bb12e3',
  azpacr: '0',
  name: 'Ada Lovelace',
  oid: PERSON,
  preferred_username: 'ada@meadow.example',
  rh: '0.AXkAabc',
  scp: 'access_as_user',
  sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
  tid: TENANT,
  uti: 'fqiBqXLPj0eQa82S-IYFAA',
  ver: '2.0',
})

const ENTRA_V1 = of(rs256('i6lGk3FZzxRcUb2C3nEQ7syHJlY', { x5t: 'i6lGk3FZzxRcUb2C3nEQ7syHJlY' }), {
  aud: 'api://6e74172b-be56-4843-9ff4-e66a39bb12e3',
  iss: `https://sts.windows.net/${TENANT}/`,
  iat: NOW - 300,
  nbf: NOW - 300,
  exp: NOW + 3600,
  acr: '1',
  amr: ['pwd', 'mfa'],
  appid: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c',
  appidacr: '1',
  ipaddr: '203.0.113.9',
  oid: PERSON,
  scp: 'user_impersonation',
  sub: '5_J9rSss8-jvt_Icu6ueRNL8xXb8LF4Fsg_KooC2RJQ',
  tid: TENANT,
  unique_name: 'ada@meadow.example',
  upn: 'ada@meadow.example',
  uti: 'FVsGxYXI30-TuikuuUoFAA',
  ver: '1.0',
})

const COGNITO_ACCESS = of(
  rs256('abcDEFghiJKLmnoPQRstuVWXyz0123456789ABCDEFG', { typ: undefined }),
  {
    sub: PERSON,
    'cognito:groups': ['admins'],
    iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example1',
    version: 2,
    client_id: '1example23456789',
    origin_jti: '9f0e8d7c-6b5a-4948-8736-251403f2e1d0',
    event_id: '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d',
    token_use: 'access',
    scope: 'openid email',
    auth_time: NOW - 100,
    exp: NOW + 3500,
    iat: NOW - 100,
    jti: '5d4c3b2a-1f0e-4d9c-8b7a-6f5e4d3c2b1a',
    username: 'ada',
  },
)

const COGNITO_ID = of(rs256('abcDEFghiJKLmnoPQRstuVWXyz0123456789ABCDEFG', { typ: undefined }), {
  sub: PERSON,
  'cognito:groups': ['admins'],
  'cognito:username': 'ada',
  email_verified: true,
  iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_example1',
  origin_jti: '9f0e8d7c-6b5a-4948-8736-251403f2e1d0',
  aud: '1example23456789',
  event_id: '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d',
  token_use: 'id',
  auth_time: NOW - 100,
  exp: NOW + 3500,
  iat: NOW - 100,
  jti: '4c3b2a1f-0e9d-4c8b-9a7f-6e5d4c3b2a1f',
  email: 'ada@meadow.example',
})

const FIREBASE_ID = of(rs256('a1b2c3d4e5f60718293a4b5c6d7e8f9012345678'), {
  name: 'Ada Lovelace',
  iss: 'https://securetoken.google.com/meadow-prod',
  aud: 'meadow-prod',
  auth_time: NOW - 5000,
  user_id: 'Xyz0123456789AbCdEfGhIjKlMn2',
  sub: 'Xyz0123456789AbCdEfGhIjKlMn2',
  iat: NOW - 1800,
  exp: NOW + 1800,
  email: 'ada@meadow.example',
  email_verified: false,
  firebase: { identities: { email: ['ada@meadow.example'] }, sign_in_provider: 'password' },
})

const SUPABASE_ACCESS = createBare(
  { alg: 'HS256', typ: 'JWT', kid: 'aBcDeF' },
  {
    iss: 'https://abcdefghijklmnop.supabase.co/auth/v1',
    sub: PERSON,
    aud: 'authenticated',
    exp: NOW + 3000,
    iat: NOW - 600,
    email: 'ada@meadow.example',
    phone: '',
    app_metadata: { provider: 'email', providers: ['email'] },
    user_metadata: { theme: 'dark' },
    role: 'authenticated',
    aal: 'aal1',
    amr: [{ method: 'password', timestamp: NOW - 600 }],
    session_id: '0f1e2d3c-4b5a-4968-8777-665544332211',
    is_anonymous: false,
  },
  rsaSignature(32),
)

const CLERK_SESSION = of(rs256('ins_2abcDEFghiJKLmno'), {
  azp: 'https://shop.meadow.example',
  exp: NOW + 50,
  fva: [3, -1],
  iat: NOW - 10,
  iss: 'https://meadow-42.clerk.accounts.dev',
  nbf: NOW - 20,
  sid: 'sess_2abcDEFghiJKLmno',
  sts: 'active',
  sub: 'user_2abcDEFghiJKLmno',
  v: 2,
  o: { id: 'org_2abc', rol: 'admin', slg: 'meadow' },
})

const SIGNET_ACCESS = createToken({
  claims: {
    client_id: 'signet',
    sid: 'ses_0123456789abcdef',
    ver: 3,
    scope: 'orders:read',
    roles: ['clerk'],
    auth_time: NOW - 60,
    amr: ['pwd'],
  },
})

export const FIXTURES = {
  AUTH0_ACCESS,
  GOOGLE_ID,
  KEYCLOAK_ACCESS,
  ENTRA_V2,
  ENTRA_V1,
  COGNITO_ACCESS,
  COGNITO_ID,
  FIREBASE_ID,
  SUPABASE_ACCESS,
  CLERK_SESSION,
  SIGNET_ACCESS,
} as const
