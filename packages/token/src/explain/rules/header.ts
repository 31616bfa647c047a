import { findText, type TokenContext } from '../context.ts'
import type { TokenKind } from '../explanation.ts'
import { normalType } from '../kind.ts'
import { hitIf, ofHeader, type Rule } from './rule.ts'

const SAY_TYPE = 'Say the type, and let verifiers demand it: at+jwt for access tokens.'
/** Kinds that are told apart by `typ` alone. */
const TYPED_KINDS: readonly TokenKind[] = [
  'access-token',
  'security-event',
  'logout-token',
  'unknown',
]
const REGISTERED = new Set([
  'alg',
  'jku',
  'jwk',
  'kid',
  'x5u',
  'x5c',
  'x5t',
  'x5t#S256',
  'typ',
  'cty',
  'crit',
  'enc',
  'zip',
])
const REPEATED = ['iss', 'sub', 'aud']

export const HEADER_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'crit-unknown',
    area: 'algorithm',
    severity: 'error',
    title: 'The header demands something that must be understood',
    why: 'A verifier that does not know a critical member must refuse; many went on, and so skipped what it asked for.',
    remedy: 'Refuse tokens with crit, unless you implement what it names.',
    reference: 'RFC 7515 4.1.11, CVE-2025-59420',
    check: ofHeader((header) => hitIf(Object.hasOwn(header, 'crit'), { at: ['header', 'crit'] })),
  },
  {
    id: 'crit-malformed',
    area: 'algorithm',
    severity: 'error',
    title: 'The list of critical members breaks its own rules',
    why: 'It must be a list of names, none twice, none registered, each there. Verifiers disagree about what breaks this.',
    remedy: 'Refuse it.',
    reference: 'RFC 7515 4.1.11',
    check: ofHeader((header) => {
      const crit = header['crit']
      if (crit === undefined) return []
      const isSound =
        Array.isArray(crit) &&
        crit.length > 0 &&
        new Set(crit).size === crit.length &&
        crit.every(
          (name) =>
            typeof name === 'string' && Object.hasOwn(header, name) && !REGISTERED.has(name),
        )
      return hitIf(!isSound, { at: ['header', 'crit'] })
    }),
  },
  {
    id: 'b64-false',
    area: 'algorithm',
    severity: 'error',
    title: 'The header changes how the payload is encoded',
    why: 'JWTs must not use b64. Verifiers that know it and those that do not check two different payloads.',
    remedy: 'Refuse it.',
    reference: 'RFC 7797 7, RFC 7519 7.2, CVE-2026-48525',
    check: ofHeader((header) => hitIf(Object.hasOwn(header, 'b64'), { at: ['header', 'b64'] })),
  },
  {
    id: 'zip-present',
    area: 'algorithm',
    severity: 'error',
    title: 'The header says that the content is compressed',
    why: 'A signed token is not. Of an encrypted one a few bytes become gigabytes when it is opened.',
    remedy: 'Refuse it, or limit what comes out.',
    reference: 'RFC 8725 3.6, CVE-2024-28180',
    check: ofHeader((header, { token }) => {
      const severity = token.isEncrypted ? 'warning' : 'error'
      return hitIf(Object.hasOwn(header, 'zip'), { at: ['header', 'zip'], severity })
    }),
  },
  {
    id: 'enc-in-signed',
    area: 'algorithm',
    severity: 'error',
    title: 'A member of encrypted tokens, in a token with three parts',
    why: 'It is how code tells the two kinds apart; the number of parts says otherwise.',
    remedy: 'Refuse it.',
    reference: 'RFC 7516 9',
    check: ofHeader((header, { token }) =>
      hitIf(!token.isEncrypted && Object.hasOwn(header, 'enc'), { at: ['header', 'enc'] }),
    ),
  },
  {
    id: 'typ-missing',
    area: 'type',
    severity: 'warning',
    title: 'It does not say what kind of token it is',
    why: 'A token made for one purpose then passes where another was due.',
    remedy: SAY_TYPE,
    reference: 'RFC 8725 3.11, RFC 9068 2.1',
    check: ofHeader((header, { token, kind }) =>
      hitIf(!token.isEncrypted && TYPED_KINDS.includes(kind) && !Object.hasOwn(header, 'typ'), {
        at: ['header'],
      }),
    ),
  },
  {
    id: 'typ-generic',
    area: 'type',
    severity: 'info',
    title: 'The type says only JWT',
    why: 'Every token of the issuer says the same: an ID token passes where an access token is due.',
    remedy: SAY_TYPE,
    reference: 'RFC 8725 3.11, RFC 9068 2.1',
    check: ofHeader((header, { kind }) => {
      const isGeneric = normalType(findText(header, 'typ')) === 'jwt'
      const severity = kind === 'access-token' ? 'warning' : 'info'
      return hitIf(isGeneric && TYPED_KINDS.includes(kind), { at: ['header', 'typ'], severity })
    }),
  },
  {
    id: 'typ-not-text',
    area: 'type',
    severity: 'error',
    title: 'The type is not a text',
    why: 'Loose comparisons take a list for the one text in it.',
    remedy: SAY_TYPE,
    reference: 'RFC 7515 4.1.9',
    check: ofHeader((header) => {
      const typ = header['typ']
      return hitIf(typ !== undefined && typeof typ !== 'string', { at: ['header', 'typ'] })
    }),
  },
  {
    id: 'nested-jwt',
    area: 'type',
    severity: 'warning',
    title: 'A token within a token',
    why: 'Code that opens the outer one often forgets to check the inner one, which may not be signed at all.',
    remedy: 'Refuse it, unless you check every layer.',
    reference: 'RFC 7519 5.2, CVE-2026-29000',
    check: ofHeader((header) =>
      hitIf(normalType(findText(header, 'cty')) === 'jwt', { at: ['header', 'cty'] }),
    ),
  },
  {
    id: 'header-claim-differs',
    area: 'claims',
    severity: 'error',
    title: 'Header and payload make different statements',
    why: 'What was checked in one of them is then used from the other.',
    remedy: 'Use claims of the payload alone.',
    reference: 'RFC 7519 5.3',
    check: ofHeader((header, { token: { claims } }) => {
      if (claims === null) return []
      return REPEATED.flatMap((name) => {
        const isSame = JSON.stringify(header[name]) === JSON.stringify(claims[name])
        return hitIf(Object.hasOwn(header, name) && !isSame, { at: ['header', name] })
      })
    }),
  },
  {
    id: 'header-nonce',
    area: 'signature',
    severity: 'info',
    title: 'A nonce in the header',
    why: 'Microsoft changes it after signing, in tokens for its own APIs: their signature holds for nobody else.',
    remedy: 'Ask for a token for your own API.',
    reference: 'Microsoft identity platform, access tokens',
    check: ofHeader((header, { vendor }) =>
      hitIf(vendor?.name === 'Microsoft Entra' && Object.hasOwn(header, 'nonce'), {
        at: ['header', 'nonce'],
      }),
    ),
  },
]
