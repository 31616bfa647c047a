import { isObject } from '../context.ts'
import type { MemberExplanation, Place } from '../explanation.ts'
import type { Carrier } from '../input/collection.ts'
import { type Excerpt, originOf } from '../input/excerpt.ts'
import { MAX_INPUT } from '../input/recognise.ts'
import { durationWords } from '../words/time.ts'
import { isLoopback } from './claims.ts'
import type { InputContext } from './input-context.ts'
import { hitIf, type Rule } from './rule.ts'

const OPEN_ADDRESS = /^http:\/\/(\[[^\]]{0,64}\]|[^/:?#@\s]{1,253})(?=[/:?#]|$)/i
/** Ways in which a request says who is asking. */
const CREDENTIALS: readonly Carrier[] = ['authorization', 'cookie', 'url']
const MAX_EXPIRY_DIFFERENCE = 60

export const TRANSPORT_RULES: readonly Rule<InputContext>[] = [
  {
    id: 'input-too-large',
    area: 'form',
    severity: 'error',
    title: 'Too large to be looked into',
    why: 'No token is a hundredth of 1 MiB: headers of 8 KiB are where proxies begin to refuse.',
    remedy: 'Give the token alone.',
    reference: 'CWE-400',
    check: ({ recognised }) => hitIf(recognised.size > MAX_INPUT),
  },
  {
    id: 'json-serialization',
    area: 'form',
    severity: 'error',
    title: 'A signature in JSON form, where a token is due',
    why: 'It may hold several payloads and unsigned headers; libraries that take both forms were fooled.',
    remedy: 'Use the compact form.',
    reference: 'RFC 7519 1, RFC 7515 7.2',
    check: ({ recognised: { json } }) => {
      const names = json?.members?.map(({ name }) => name) ?? []
      const isSigned = names.includes('signature') || names.includes('signatures')
      return hitIf(isSigned && names.includes('payload'))
    },
  },
  {
    id: 'token-in-url',
    area: 'transport',
    severity: 'error',
    title: 'A token in an address',
    why: 'Addresses are kept in histories, logs and proxies, and sent on as Referer.',
    remedy: 'Send it in the Authorization header.',
    reference: 'RFC 9700 4.3.2, RFC 6750 5.3, CWE-598',
    check: ({ recognised }) =>
      recognised.tokens
        .filter(({ carrier }) => carrier === 'url')
        .map(({ excerpt }) => ({ place: placeOf(excerpt) })),
  },
  {
    id: 'token-without-tls',
    area: 'transport',
    severity: 'error',
    title: 'A token on its way without TLS',
    why: 'Everybody on the way can read and use it.',
    remedy: 'Use https.',
    reference: 'RFC 6750 5.3, CWE-319',
    check: ({ recognised }) => {
      if (recognised.tokens.length + recognised.secrets.length === 0) return []
      return recognised.addresses.flatMap(({ excerpt }) => {
        const host = OPEN_ADDRESS.exec(excerpt.text)?.[1]
        return hitIf(host !== undefined && !isLoopback(host), { place: placeOf(excerpt) })
      })
    },
  },
  {
    id: 'tls-not-checked',
    area: 'transport',
    severity: 'warning',
    title: 'The command does not check whom it talks to',
    why: 'The token goes to whoever answers.',
    remedy: 'Leave the switch out, and give the certificate (--cacert).',
    reference: 'CWE-295',
    check: ({ recognised }) =>
      recognised.insecureSwitches.map((excerpt) => ({ place: placeOf(excerpt) })),
  },
  {
    id: 'secret-beside-token',
    area: 'privacy',
    severity: 'warning',
    title: 'A password or secret beside the token',
    why: 'It was pasted along, and whoever gets the text has it.',
    remedy: 'Take it out before you share this (redact does), and change it if you did.',
    reference: 'CWE-522',
    check: ({ recognised }) =>
      recognised.secrets
        .filter(({ what }) => what !== 'cookie')
        .map(({ excerpt, source }) => ({ detail: `It is in ${source}.`, place: placeOf(excerpt) })),
  },
  {
    id: 'token-in-several-places',
    area: 'transport',
    severity: 'warning',
    title: 'The request says in several ways who is asking',
    why: 'Two programs on the way choose two of them, and so two people.',
    remedy: 'Send one token, in the Authorization header.',
    reference: 'RFC 6750 2',
    check: ({ recognised }) => {
      const carriers = new Set(recognised.tokens.map(({ carrier }) => carrier))
      return hitIf(CREDENTIALS.filter((carrier) => carriers.has(carrier)).length > 1)
    },
  },
  {
    id: 'dpop-proof-missing',
    area: 'transport',
    severity: 'warning',
    title: 'A DPoP token without its proof',
    why: 'Servers must refuse it without a proof that the sender holds the key.',
    remedy: 'Send the header DPoP, made for this request.',
    reference: 'RFC 9449 7.1',
    check: ({ recognised: { tokens } }) => {
      const isDue = tokens.some(({ source }) => source === 'Authorization: DPoP')
      return hitIf(isDue && !tokens.some(({ source }) => source === 'header DPoP'))
    },
  },
  {
    id: 'dpop-downgrade',
    area: 'transport',
    severity: 'error',
    title: 'A token that is bound to a key, sent as if it were not',
    why: 'A server that accepts it as Bearer accepts it from a thief as well.',
    remedy: 'Send it as DPoP, with a proof.',
    reference: 'RFC 9449 7.2',
    check: ({ tokens }) =>
      tokens
        .filter(({ source, claims }) => source === 'Authorization: Bearer' && isBound(claims))
        .map(({ offset, length }) => ({ place: { part: 'input', offset, length, decoded: null } })),
  },
  {
    id: 'expires-in-differs',
    area: 'time',
    severity: 'info',
    title: 'The answer says another lifetime than the token in it',
    why: 'The application renews too late, or far too often.',
    remedy: 'Say what is left of the access token.',
    reference: 'RFC 6749 5.1',
    check: ({ recognised: { json }, tokens }) => {
      const expiresIn = expiryOf(json?.value)
      const token = tokens.find(({ kind }) => kind === 'access-token')
      const { issuedAt = null, expiresAt = null } = token?.lifetime ?? {}
      if (expiresIn === null || issuedAt === null || expiresAt === null) return []
      const difference = Math.abs(expiresAt - issuedAt - expiresIn)
      const detail = `By ${durationWords(difference)}.`
      return hitIf(difference > MAX_EXPIRY_DIFFERENCE, { detail })
    },
  },
]

export function placeOf(excerpt: Excerpt): Place {
  const offset = originOf(excerpt, 0)
  const length = originOf(excerpt, excerpt.text.length) - offset
  return { part: 'input', offset, length, decoded: null }
}

function isBound(claims: readonly MemberExplanation[]): boolean {
  const value = claims.find(({ name }) => name === 'cnf')?.value
  return isObject(value) && typeof value['jkt'] === 'string'
}

function expiryOf(json: Parameters<typeof isObject>[0]): number | null {
  if (!isObject(json)) return null
  const value = json['expires_in'] ?? json['expiresIn']
  return typeof value === 'number' ? value : null
}
