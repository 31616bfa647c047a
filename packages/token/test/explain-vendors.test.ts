// Tokens of the makers that people meet, explained.
import { explain, type TokenExplanation } from '@signet/token/explain'
import { expect, it } from 'vitest'
import { FIXTURES } from './explain-fixtures.ts'
import { createToken, NOW } from './explain-tokens.ts'

type Expected = readonly [kind: string, vendor: string, grade: string, findings: readonly string[]]

const EXPECTED: Record<keyof typeof FIXTURES, Expected> = {
  AUTH0_ACCESS: ['access-token', 'Auth0', 'B', ['typ-generic', 'jti-missing']],
  GOOGLE_ID: ['id-token', 'Google', 'A', ['private-content:email', 'private-content:name']],
  KEYCLOAK_ACCESS: [
    'access-token',
    'Keycloak',
    'C',
    ['typ-generic', 'private-content:email', 'private-content:name'],
  ],
  ENTRA_V2: ['access-token', 'Microsoft Entra', 'B', ['typ-generic', 'private-content:name']],
  ENTRA_V1: [
    'access-token',
    'Microsoft Entra',
    'B',
    ['typ-generic', 'private-content:ip-address', 'private-content:name'],
  ],
  COGNITO_ACCESS: [
    'access-token',
    'Amazon Cognito',
    'C',
    ['typ-missing', 'aud-missing', 'private-content:name'],
  ],
  COGNITO_ID: [
    'id-token',
    'Amazon Cognito',
    'A',
    ['private-content:name', 'private-content:email'],
  ],
  FIREBASE_ID: ['id-token', 'Firebase', 'A', ['private-content:name', 'private-content:email']],
  SUPABASE_ACCESS: [
    'access-token',
    'Supabase',
    'C',
    ['hmac-with-public-issuer', 'typ-generic', 'private-content:email', 'jti-missing'],
  ],
  CLERK_SESSION: ['access-token', 'Clerk', 'C', ['typ-generic', 'aud-missing', 'jti-missing']],
  SIGNET_ACCESS: ['access-token', 'Signet', 'A', []],
}

it.each(Object.entries(EXPECTED))('%s', (name, [kind, vendor, grade, ids]) => {
  const token = explainOne(FIXTURES[name as keyof typeof FIXTURES])
  expect([token.kind, token.vendor?.name, token.grade]).toEqual([kind, vendor, grade])
  expect([...new Set(token.findings.map(({ id }) => id))].sort()).toEqual([...ids].sort())
  expect(token.verdicts.wellFormed.is).toBe(true)
  // Only what its owner made up is not known.
  const unknown = token.claims
    .filter(({ definedBy }) => definedBy === null)
    .map((claim) => claim.name)
  expect(unknown).toEqual(name === 'AUTH0_ACCESS' ? ['https://meadow.example/plan'] : [])
})

it.each([
  [
    'ENTRA_V2',
    'ver',
    'Format 2.0: iss is login.microsoftonline.com, the client is azp.',
    'Microsoft Entra',
  ],
  ['ENTRA_V2', 'azpacr', 'A public client: it proved nothing.', 'Microsoft Entra'],
  [
    'ENTRA_V1',
    'ver',
    'Format 1.0: iss is sts.windows.net, the client is appid.',
    'Microsoft Entra',
  ],
  [
    'ENTRA_V1',
    'amr',
    'A password, several factors. How the person logged in.',
    'OpenID Connect Core 2',
  ],
  ['COGNITO_ACCESS', 'token_use', 'An access token; check this.', 'Amazon Cognito'],
  [
    'FIREBASE_ID',
    'email_verified',
    'Anybody could have claimed that address.',
    'OpenID Connect Core 5.1',
  ],
  ['KEYCLOAK_ACCESS', 'typ', 'An access token.', 'Keycloak'],
  ['SUPABASE_ACCESS', 'role', 'A person who logged in.', 'Supabase'],
  ['CLERK_SESSION', 'azp', 'The origin it was made for; check it against cross-site use.', 'Clerk'],
  ['GOOGLE_ID', 'sub', 'The Google account, never used again; the key to store.', 'Google'],
  ['AUTH0_ACCESS', 'azp', 'The application it was given to.', 'Auth0'],
  ['SIGNET_ACCESS', 'ver', 'Raised when roles change: older tokens of the session end.', 'Signet'],
  [
    'SIGNET_ACCESS',
    'exp',
    '14 minutes from now, at 2027-01-15 08:14:00 UTC; 15 minutes in all. From then on it must be refused.',
    'RFC 7519 4.1.4',
  ],
] as const)('%s: %s in words', (fixture, name, words, definedBy) => {
  const claim = explainOne(FIXTURES[fixture]).claims.find((one) => one.name === name)
  expect(claim).toMatchObject({ words, definedBy })
})

it.each([
  ['exp', NOW - 7200, '2 hours ago, at 2027-01-15 06:00:00 UTC. From then on it must be refused.'],
  [
    'exp',
    NOW,
    'Now, at 2027-01-15 08:00:00 UTC; 1 minute in all. From then on it must be refused.',
  ],
  ['exp', 'soon', 'Not a number of seconds. From then on it must be refused.'],
  ['exp', NOW * 1000, /^Beyond all plans; in milliseconds it would be 2027-01-15 08:00:00 UTC; /],
  ['nbf', 1e300, 'Beyond all calendars. Before that it must be refused.'],
  [
    'act',
    { sub: 'a', act: { sub: 'b' } },
    'Somebody else acts in the name of the subject, behind 1 more.',
  ],
  [
    'cnf',
    { jkt: 'x' },
    'It is bound to a key by DPoP: a thief without that key cannot use it (RFC 9449).',
  ],
  [
    'events',
    { 'https://schemas.openid.net/secevent/risc/event-type/account-disabled': {} },
    'What happened: account-disabled.',
  ],
  ['mine', { a: 1 }, 'A name of its own: an object of 1 member.'],
  ['mine', [1, 2], 'A name of its own: a list of 2 items.'],
  ['mine', null, 'A name of its own: nothing (null).'],
  ['scope', '', 'None. What it lets its bearer do.'],
])('says of %s %j: %s', (name, value, words) => {
  const token = explainOne(createToken({ claims: { [name]: value } }))
  const claim = token.claims.find((one) => one.name === name)
  expect(claim?.words).toEqual(typeof words === 'string' ? words : expect.stringMatching(words))
})

it('recognises a maker by its claims where the issuer has a name of its own', () => {
  const claims = { iss: 'https://login.meadow.example/', gty: 'client-credentials' }
  expect(explainOne(createToken({ claims })).vendor).toEqual({ name: 'Auth0', by: 'the claim gty' })
  expect(explainOne(createToken()).vendor).toBeNull()
  // The name of a host within another's is nobody's.
  const evil = { iss: 'https://auth0.com.evil.example/' }
  expect(explainOne(createToken({ claims: evil })).vendor).toBeNull()
})

it.each([
  ['running', {}, 'It ends 14 minutes from now, at 2027-01-15 08:14:00 UTC; 15 minutes in all.'],
  [
    'expired',
    { exp: NOW - 60, iat: NOW - 120 },
    'It ended 1 minute ago, at 2027-01-15 07:59:00 UTC.',
  ],
  ['not-yet', { nbf: NOW + 60 }, 'It begins 1 minute from now, at 2027-01-15 08:01:00 UTC.'],
  ['unbounded', { exp: undefined }, 'It says no end.'],
  ['unknown', { exp: '5' }, 'It says when it ends in a way that cannot be read.'],
])('tells the lifetime: %s', (state, claims, words) => {
  expect(explainOne(createToken({ claims })).lifetime).toMatchObject({ state, words })
})

function explainOne(text: string): TokenExplanation {
  const [token] = explain(text, { now: NOW }).tokens
  if (token === undefined) throw new Error('no token')
  return token
}
