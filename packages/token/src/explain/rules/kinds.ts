// What is due in one kind of token and in no other.
import { findText, isObject, type TokenContext } from '../context.ts'
import type { TokenKind } from '../explanation.ts'
import { normalType } from '../kind.ts'
import type { JsonObject } from '../read/token.ts'
import { SIGNATURE_ALGORITHMS } from '../terms/algorithms.ts'
import { type Hit, hitIf, ofClaims, ofHeader, type Rule } from './rule.ts'

const PROOF_CLAIMS = ['jti', 'htm', 'htu', 'iat']
const ID_TOKEN_BINDINGS = ['at_hash', 'c_hash', 'nonce']

export const KIND_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'kind-mixed',
    area: 'type',
    severity: 'warning',
    title: 'It looks like an ID token and an access token at once',
    why: 'One of them passes where the other is due; then applications can act for whoever logs in to them.',
    remedy: 'Issue two tokens, and demand typ.',
    reference: 'RFC 8725 2.8, 3.11, RFC 9068 5',
    check: ofClaims((claims) => {
      const binding = ID_TOKEN_BINDINGS.find((name) => Object.hasOwn(claims, name))
      const isAccess = Object.hasOwn(claims, 'scope') || Object.hasOwn(claims, 'scp')
      return hitIf(binding !== undefined && isAccess, { at: ['payload', binding ?? ''] })
    }),
  },
  {
    id: 'id-token-azp-missing',
    area: 'claims',
    severity: 'info',
    title: 'An ID token for several, which does not say who asked for it',
    why: 'One of the audiences can use it to log in at another.',
    remedy: 'Write azp, and check it.',
    reference: 'OpenID Connect Core 3.1.3.7',
    check: ofKind('id-token', ({ aud, azp }) =>
      hitIf(Array.isArray(aud) && aud.length > 1 && azp === undefined, { at: ['payload', 'aud'] }),
    ),
  },
  {
    id: 'dpop-type',
    area: 'type',
    severity: 'error',
    title: 'A DPoP proof with another type',
    why: 'It must say dpop+jwt, so that no other token passes for a proof.',
    remedy: 'Write typ dpop+jwt.',
    reference: 'RFC 9449 4.2, 4.3',
    check: ofProofHeader((header) =>
      hitIf(normalType(findText(header, 'typ')) !== 'dpop+jwt', { at: ['header', 'typ'] }),
    ),
  },
  {
    id: 'dpop-algorithm',
    area: 'algorithm',
    severity: 'error',
    title: 'A DPoP proof that no private key signed',
    why: 'It shows that the sender holds a private key; with a shared secret or none it shows nothing.',
    remedy: 'Sign proofs with ES256 or EdDSA.',
    reference: 'RFC 9449 4.2',
    check: ofProofHeader((header) => {
      const family = SIGNATURE_ALGORITHMS.get(findText(header, 'alg') ?? '')?.family
      return hitIf(family === undefined || family === 'hmac', { at: ['header', 'alg'] })
    }),
  },
  {
    id: 'dpop-key-missing',
    area: 'key-source',
    severity: 'error',
    title: 'A DPoP proof without its public key',
    why: 'There is nothing to check it with, nor to compare with what the access token is bound to.',
    remedy: 'Write the public key as jwk.',
    reference: 'RFC 9449 4.2',
    check: ofProofHeader((header) => hitIf(!isObject(header['jwk']), { at: ['header'] })),
  },
  {
    id: 'dpop-claim-missing',
    area: 'claims',
    severity: 'error',
    title: 'A DPoP proof without one of its claims',
    why: 'What it is not bound to it can be replayed for.',
    remedy: 'Write jti, htm, htu and iat.',
    reference: 'RFC 9449 4.2, 4.3',
    check: ofKind('dpop-proof', (claims) => {
      const missing = PROOF_CLAIMS.filter((name) => !Object.hasOwn(claims, name))
      return missing.map((name) => ({ at: ['payload'], detail: `There is no ${name}.` }))
    }),
  },
  {
    id: 'dpop-address-query',
    area: 'claims',
    severity: 'warning',
    title: 'The address of the proof has a query or a fragment',
    why: 'Servers compare it without them, and some compare it as a text.',
    remedy: 'Leave them out.',
    reference: 'RFC 9449 4.2',
    check: ofKind('dpop-proof', (claims) =>
      hitIf(/[?#]/.test(findText(claims, 'htu') ?? ''), { at: ['payload', 'htu'] }),
    ),
  },
  {
    id: 'security-event-type',
    area: 'type',
    severity: 'warning',
    title: 'A security event token with another type',
    why: 'Without secevent+jwt (or logout+jwt) it can be taken for a token that permits something.',
    remedy: 'Write the type.',
    reference: 'RFC 8417 2.3, 4.5',
    check: ofHeader((header, { kind }) => {
      const isDue = kind === 'security-event' || kind === 'logout-token'
      const type = normalType(findText(header, 'typ'))
      return hitIf(isDue && type !== 'secevent+jwt' && type !== 'logout+jwt', {
        at: ['header', 'typ'],
      })
    }),
  },
  {
    id: 'security-event-expires',
    area: 'time',
    severity: 'info',
    title: 'A security event that ends',
    why: 'What happened has happened; and exp makes it look more like an access token.',
    remedy: 'Leave exp out.',
    reference: 'RFC 8417 2.2',
    check: ofKind('security-event', (claims) =>
      hitIf(Object.hasOwn(claims, 'exp'), { at: ['payload', 'exp'] }),
    ),
  },
  {
    id: 'security-event-empty',
    area: 'claims',
    severity: 'error',
    title: 'A security event token without an event',
    why: 'It must say what happened.',
    remedy: 'Write events with one member at least.',
    reference: 'RFC 8417 2.2, OpenID Connect Back-Channel Logout 2.6',
    check: ofClaims(({ events }, { kind }) => {
      const isDue = kind === 'security-event' || kind === 'logout-token'
      const isEmpty = !isObject(events) || Object.keys(events).length === 0
      return hitIf(isDue && isEmpty, { at: ['payload', 'events'] })
    }),
  },
  {
    id: 'logout-nonce',
    area: 'type',
    severity: 'error',
    title: 'A logout token with a nonce',
    why: 'The nonce is forbidden there, so that a logout token never passes for an ID token.',
    remedy: 'Refuse it.',
    reference: 'OpenID Connect Back-Channel Logout 2.4, 2.6',
    check: ofKind('logout-token', (claims) =>
      hitIf(Object.hasOwn(claims, 'nonce'), { at: ['payload', 'nonce'] }),
    ),
  },
  {
    id: 'logout-target-missing',
    area: 'claims',
    severity: 'error',
    title: 'A logout token that does not say who is to be logged out',
    why: 'It needs a subject, a session, or both.',
    remedy: 'Write sub or sid.',
    reference: 'OpenID Connect Back-Channel Logout 2.4',
    check: ofKind('logout-token', (claims) =>
      hitIf(!Object.hasOwn(claims, 'sub') && !Object.hasOwn(claims, 'sid'), { at: ['payload'] }),
    ),
  },
]

function ofKind(
  due: TokenKind,
  check: (claims: JsonObject) => readonly Hit[],
): Rule<TokenContext>['check'] {
  return ofClaims((claims, { kind }) => (kind === due ? check(claims) : []))
}

function ofProofHeader(check: (header: JsonObject) => readonly Hit[]): Rule<TokenContext>['check'] {
  return ofHeader((header, { kind }) => (kind === 'dpop-proof' ? check(header) : []))
}
