// Which kind of token it is: by what it says of itself first, by what it carries then, and by
// where it was found last.
import { findText, isObject } from './context.ts'
import type { TokenKind } from './explanation.ts'
import { beginsLikeToken } from './input/scan.ts'
import type { JsonObject, ReadToken } from './read/token.ts'

export interface Kind {
  readonly kind: TokenKind
  readonly words: string
}

const NAMES: Readonly<Record<TokenKind, string>> = {
  'access-token': 'An access token',
  'id-token': 'An ID token: it tells an application who logged in, and opens no API',
  'refresh-token': 'A refresh token: for its issuer alone',
  'logout-token': 'A logout token: an order to end a session',
  'security-event': 'A security event token: news, no permission',
  'dpop-proof': 'A DPoP proof: it shows that the sender holds a key',
  'client-assertion': 'A client assertion: an application proves itself with it',
  encrypted: 'An encrypted token (JWE)',
  opaque: 'An opaque token',
  unknown: 'A token of no kind that could be told',
}

const TYPES: ReadonlyMap<string, TokenKind> = new Map([
  ['at+jwt', 'access-token'],
  ['dpop+jwt', 'dpop-proof'],
  ['secevent+jwt', 'security-event'],
  ['logout+jwt', 'logout-token'],
  ['id_token+jwt', 'id-token'],
  ['client-authentication+jwt', 'client-assertion'],
])
/** `typ` in the payload is Keycloak's, `token_use` Cognito's. */
const USES: ReadonlyMap<string, TokenKind> = new Map([
  ['Bearer', 'access-token'],
  ['DPoP', 'access-token'],
  ['ID', 'id-token'],
  ['Refresh', 'refresh-token'],
  ['Offline', 'refresh-token'],
  ['Logout', 'logout-token'],
  ['access', 'access-token'],
  ['id', 'id-token'],
])
const SOURCES: readonly (readonly [word: string, kind: TokenKind])[] = [
  ['id_token', 'id-token'],
  ['refresh_token', 'refresh-token'],
  ['access_token', 'access-token'],
  ['logout_token', 'logout-token'],
  ['client_assertion', 'client-assertion'],
]
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'
const ID_CLAIMS = ['nonce', 'at_hash', 'c_hash', 'email_verified', 'firebase']
/** `aal` is Supabase's and `fva` Clerk's, in tokens that open APIs. */
const ACCESS_CLAIMS = [
  'scope',
  'scp',
  'permissions',
  'client_id',
  'gty',
  'idtyp',
  'appidacr',
  'azpacr',
  'aal',
  'fva',
]

export function judgeKind(token: ReadToken, source: string | null): Kind {
  if (token.isEncrypted) {
    return say('encrypted', 'it has five parts. What it says only the holder of the key can read')
  }
  const { header, claims } = token
  if (header === null && isOpaque(token, source)) {
    return say('opaque', 'nobody but its issuer can read it')
  }
  const type = normalType(findText(header, 'typ'))
  const typed = TYPES.get(type ?? '')
  if (typed === 'security-event' && isLogout(claims)) return say('logout-token', 'by its event')
  if (typed !== undefined) return say(typed, 'by typ')
  return kindOfClaims(claims) ?? kindOfSource(source) ?? say('unknown', null)
}

/** Some of them have dots; a broken JWT still has as many as it should, or its beginning. */
function isOpaque({ excerpt, parts }: ReadToken, source: string | null): boolean {
  if (parts.length === 1) return true
  return source !== null && parts.length === 2 && !beginsLikeToken(excerpt.text)
}

function kindOfClaims(claims: JsonObject | null): Kind | null {
  if (claims === null) return null
  if (isLogout(claims)) return say('logout-token', 'by its event')
  if (isObject(claims['events'])) return say('security-event', 'by the claim events')
  if (Object.hasOwn(claims, 'htm') && Object.hasOwn(claims, 'htu')) {
    return say('dpop-proof', 'by the claims htm and htu')
  }
  for (const name of ['token_use', 'typ']) {
    const use = USES.get(findText(claims, name) ?? '')
    if (use !== undefined) return say(use, `by the claim ${name}`)
  }
  const forAccess = ACCESS_CLAIMS.find((name) => Object.hasOwn(claims, name))
  if (forAccess !== undefined) return say('access-token', `by the claim ${forAccess}`)
  const forId = ID_CLAIMS.find((name) => Object.hasOwn(claims, name))
  if (forId !== undefined) return say('id-token', `by the claim ${forId}`)
  const subject = findText(claims, 'sub')
  const isOwn = subject !== null && subject === claims['iss'] && Object.hasOwn(claims, 'aud')
  return isOwn ? say('client-assertion', 'sub is iss') : null
}

function kindOfSource(source: string | null): Kind | null {
  const normal = source?.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase() ?? ''
  const found = SOURCES.find(([word]) => normal.includes(word))
  return found === undefined ? null : say(found[1], 'by the name it came with')
}

function say(kind: TokenKind, why: string | null): Kind {
  return { kind, words: why === null ? `${NAMES[kind]}.` : `${NAMES[kind]} (${why}).` }
}

/** Without the `application/` that may be left out, and in lower case (RFC 7515 4.1.9). */
export function normalType(type: string | null): string | null {
  return type?.toLowerCase().replace(/^application\//, '') ?? null
}

function isLogout(claims: JsonObject | null): boolean {
  const events = claims?.['events']
  return isObject(events) && Object.hasOwn(events, LOGOUT_EVENT)
}
