import { findText, type TokenContext } from '../context.ts'
import type { TokenKind } from '../explanation.ts'
import { findIssuerHost } from '../vendors/vendor.ts'
import { itemsOf, typeName } from '../words/member.ts'
import { hitIf, ofClaims, type Rule } from './rule.ts'

const EXACT = 'Write one exact text, and compare it as a whole.'
/** Kinds that are for somebody in particular. */
const ADDRESSED: readonly TokenKind[] = [
  'access-token',
  'id-token',
  'client-assertion',
  'logout-token',
  'security-event',
  'unknown',
]
/** Kinds that are about somebody. */
const ABOUT: readonly TokenKind[] = ['access-token', 'id-token', 'client-assertion', 'unknown']
/** Claims that end up in headers, logs and queries of services. */
const CARRIED = ['iss', 'sub', 'aud', 'jti', 'client_id', 'azp', 'sid', 'scope', 'name', 'email']
const SWITCHES = ['nonce_supported', 'skip_verification', 'verified', 'disable_expiration']
const MAX_AUDIENCES = 5

export const CLAIM_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'iss-missing',
    area: 'claims',
    severity: 'warning',
    title: 'It does not say who made it',
    why: 'With keys of several issuers at hand, one can speak for the other.',
    remedy: 'Write iss, and let verifiers demand it.',
    reference: 'RFC 8725 3.8, RFC 9068 2.2',
    check: ofClaims((claims, { kind }) =>
      hitIf(ADDRESSED.includes(kind) && !Object.hasOwn(claims, 'iss'), { at: ['payload'] }),
    ),
  },
  {
    id: 'iss-not-text',
    area: 'claims',
    severity: 'error',
    title: 'The issuer is not one text',
    why: 'Loose comparisons look into a list, and find what they look for.',
    remedy: EXACT,
    reference: 'RFC 7519 4.1.1, RFC 8725 3.8',
    check: ofClaims(({ iss }) => {
      const isBad = iss !== undefined && (typeof iss !== 'string' || iss === '')
      return isBad
        ? [
            {
              at: ['payload', 'iss'],
              detail: `It is a ${iss === '' ? 'text without characters' : typeName(iss)}.`,
            },
          ]
        : []
    }),
  },
  {
    id: 'iss-not-https',
    area: 'claims',
    severity: 'warning',
    title: 'The issuer has an address without TLS',
    why: 'Keys that are fetched from there can be exchanged on the way.',
    remedy: 'Use https.',
    reference: 'RFC 8414 2, OpenID Connect Core 2',
    check: ofClaims((claims) => {
      const isOpen = findText(claims, 'iss')?.startsWith('http://') === true
      const host = findIssuerHost(claims)
      return hitIf(isOpen && host !== null && !isLoopback(host), { at: ['payload', 'iss'] })
    }),
  },
  {
    id: 'iss-not-address',
    area: 'claims',
    severity: 'info',
    title: 'The issuer is no address',
    why: 'Its keys cannot be found by it; somebody has to say where they are.',
    remedy: 'Use the https address of the issuer.',
    reference: 'RFC 8414 2',
    check: ofClaims((claims, { kind }) => {
      const iss = findText(claims, 'iss')
      const isOwn = kind === 'client-assertion'
      return hitIf(iss !== null && iss !== '' && !isOwn && findIssuerHost(claims) === null, {
        at: ['payload', 'iss'],
      })
    }),
  },
  {
    id: 'aud-missing',
    area: 'claims',
    severity: 'warning',
    title: 'It does not say for whom it is',
    why: 'A service that receives it can use it at every other service.',
    remedy: 'Write aud, and let each service demand its own name.',
    reference: 'RFC 8725 3.9, RFC 9068 3',
    check: ofClaims((claims, { kind }) =>
      hitIf(ADDRESSED.includes(kind) && !Object.hasOwn(claims, 'aud'), { at: ['payload'] }),
    ),
  },
  {
    id: 'aud-malformed',
    area: 'claims',
    severity: 'error',
    title: 'The audience is neither a text nor a list of texts',
    why: 'Each verifier makes something else of it; an empty one passes where absence is skipped.',
    remedy: EXACT,
    reference: 'RFC 7519 4.1.3, CVE-2020-26160',
    check: ofClaims(({ aud }) => {
      if (aud === undefined) return []
      const list = Array.isArray(aud) ? aud : [aud]
      const isSound = list.length > 0 && list.every((one) => typeof one === 'string' && one !== '')
      return hitIf(!isSound, { at: ['payload', 'aud'] })
    }),
  },
  {
    id: 'aud-wildcard',
    area: 'claims',
    severity: 'error',
    title: 'The audience is a pattern',
    why: 'It is for everybody, so that everybody can pass it on.',
    remedy: EXACT,
    reference: 'RFC 8725 3.9',
    check: ofClaims(({ aud }) => {
      const list = Array.isArray(aud) ? aud : [aud]
      return hitIf(
        list.some((one) => typeof one === 'string' && one.includes('*')),
        { at: ['payload', 'aud'] },
      )
    }),
  },
  {
    id: 'aud-many',
    area: 'claims',
    severity: 'warning',
    title: 'It is for many at once',
    why: 'Each of them can use it at all the others.',
    remedy: 'Make one token for each service.',
    reference: 'RFC 9700 2.3',
    check: ofClaims(({ aud }) =>
      hitIf(Array.isArray(aud) && aud.length > MAX_AUDIENCES, { at: ['payload', 'aud'] }),
    ),
  },
  {
    id: 'sub-missing',
    area: 'claims',
    severity: 'warning',
    title: 'It does not say about whom it is',
    why: 'Code that reads the subject gets nothing, and may take that for somebody.',
    remedy: 'Write sub.',
    reference: 'RFC 9068 2.2, OpenID Connect Core 2',
    check: ofClaims((claims, { kind }) =>
      hitIf(ABOUT.includes(kind) && !Object.hasOwn(claims, 'sub'), { at: ['payload'] }),
    ),
  },
  {
    id: 'sub-not-text',
    area: 'claims',
    severity: 'error',
    title: 'The subject is not a text, or an empty one',
    why: 'Lookups that convert it find somebody else, or everybody.',
    remedy: EXACT,
    reference: 'RFC 7519 4.1.2',
    check: ofClaims(({ sub }) =>
      hitIf(sub !== undefined && (typeof sub !== 'string' || sub === ''), {
        at: ['payload', 'sub'],
      }),
    ),
  },
  {
    id: 'claim-control-characters',
    area: 'claims',
    severity: 'error',
    title: 'Control characters in a claim',
    why: 'Services put claims into headers and logs, where a line break begins a new one.',
    remedy: 'Refuse it where it is issued.',
    reference: 'CWE-93, CWE-117',
    check: ofClaims((claims) =>
      CARRIED.flatMap((name) => {
        const value = claims[name]
        const texts = Array.isArray(value) ? value : [value]
        const isFound = texts.some((text) => typeof text === 'string' && /\p{Cc}/u.test(text))
        return hitIf(isFound, { at: ['payload', name] })
      }),
    ),
  },
  {
    id: 'jti-missing',
    area: 'claims',
    severity: 'info',
    title: 'It has no id',
    why: 'It cannot be named to revoke it, nor seen to come twice. Its text is no name: one token has several.',
    remedy: 'Write jti.',
    reference: 'RFC 9068 2.2, RFC 7519 4.1.7',
    check: ofClaims((claims, { kind }) =>
      hitIf(
        (kind === 'access-token' || kind === 'client-assertion') &&
          !Object.hasOwn(claims, 'jti') &&
          !Object.hasOwn(claims, 'uti'),
        { at: ['payload'] },
      ),
    ),
  },
  {
    id: 'scope-wildcard',
    area: 'claims',
    severity: 'warning',
    title: 'It lets its bearer do everything',
    why: 'A stolen one does everything too.',
    remedy: 'Ask for what is needed.',
    reference: 'RFC 9700 2.3',
    check: ofClaims((claims) =>
      ['scope', 'scp', 'permissions'].flatMap((name) => {
        const items = claims[name] === undefined ? [] : (itemsOf(claims[name]) ?? [])
        return hitIf(
          items.some((item) => item === '*' || item === '*:*'),
          { at: ['payload', name] },
        )
      }),
    ),
  },
  {
    id: 'scope-not-text',
    area: 'claims',
    severity: 'info',
    title: 'The scopes are not one text with spaces',
    why: 'Services that split a text find no scope, or one that is called like a list.',
    remedy: 'Write scope as one text; or let the service read both.',
    reference: 'RFC 8693 4.2, RFC 9068 2.2.3',
    check: ofClaims(({ scope }) =>
      hitIf(scope !== undefined && typeof scope !== 'string', { at: ['payload', 'scope'] }),
    ),
  },
  {
    id: 'client-is-subject',
    area: 'claims',
    severity: 'info',
    title: 'The subject is the application itself',
    why: 'No person is behind it. A service that expects people must not look this subject up among them.',
    remedy: 'Keep ids of people and of applications apart.',
    reference: 'RFC 9068 5, RFC 9700 4.15',
    check: ofClaims((claims, { kind }) => {
      const sub = findText(claims, 'sub')
      const isSame = ['client_id', 'azp', 'appid'].some((name) => claims[name] === sub)
      return hitIf(kind === 'access-token' && sub !== null && isSame, { at: ['payload', 'sub'] })
    }),
  },
  {
    id: 'policy-in-token',
    area: 'claims',
    severity: 'warning',
    title: 'A claim that looks like a switch for the verifier',
    why: 'Whoever lets the token say what need not be checked lets the attacker say it.',
    remedy: 'Decide by configuration, never by the token.',
    reference: 'CVE-2026-114617',
    check: ofClaims((claims) =>
      SWITCHES.flatMap((name) => hitIf(Object.hasOwn(claims, name), { at: ['payload', name] })),
    ),
  },
]

export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(?:\.\d{1,3}){3}$/.test(host)
  )
}
