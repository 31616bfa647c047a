import { findPlace, findText, type TokenContext } from '../context.ts'
import { type AlgorithmFacts, SIGNATURE_ALGORITHMS } from '../terms/algorithms.ts'
import { type Hit, hitIf, type Rule } from './rule.ts'
import { hasImpossibleNumber, isDerSignature } from './signature-numbers.ts'

const AT = { at: ['signature'] }
/** What `redact` writes in its place. */
export const REDACTED = 'redacted'
const MIN_RSA_BYTES = 256
const MAX_RSA_BYTES = 2048
const REFUSE = 'Refuse it; if it is yours, find out what cut or changed it.'

interface Signature {
  readonly alg: string
  readonly facts: AlgorithmFacts
  readonly bytes: Uint8Array
}

export const SIGNATURE_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'signature-missing',
    area: 'signature',
    severity: 'error',
    title: 'There is no signature',
    why: 'Anybody could have written it.',
    remedy: 'Copy the whole token, or sign it.',
    reference: 'RFC 8725 3.2',
    check: (context) => {
      const { token } = context
      const part = token.parts.find((one) => one.part === 'signature')
      const isEmpty = part === undefined || part.excerpt.text === ''
      return hitIf(!token.isEncrypted && isEmpty, { place: findPlace(token, ['signature']) })
    },
  },
  {
    id: 'signature-redacted',
    area: 'signature',
    severity: 'info',
    title: 'The signature was taken out, so that the token can be shown',
    why: 'It is good for reading and for nothing else.',
    remedy: 'Ask for the token itself where the signature matters.',
    reference: 'CWE-532',
    check: (context) => hitIf(isRedacted(context), AT),
  },
  {
    id: 'signature-length',
    area: 'signature',
    severity: 'error',
    title: 'The signature has not the length of its algorithm',
    why: 'It cannot hold: it was cut, written in another form, or made with something else.',
    remedy: REFUSE,
    reference: 'RFC 7518 3.2, 3.4, RFC 8037 3.1',
    check: ofSignature(({ facts: { signatureBytes }, bytes }) => {
      if (signatureBytes === null || signatureBytes.includes(bytes.length)) return []
      const detail = `It has ${bytes.length} bytes; due are ${signatureBytes.join(' or ')}.`
      return [{ ...AT, detail }]
    }),
  },
  {
    id: 'signature-rsa-short',
    area: 'signature',
    severity: 'error',
    title: 'The RSA key is too small',
    why: 'An RSA signature is as long as its key, and keys below 2048 bits can be broken.',
    remedy: 'Use keys of 2048 bits or more, or ES256.',
    reference: 'RFC 7518 3.3, 3.5, NIST SP 800-131A',
    check: ofSignature(({ facts, bytes }) => {
      const detail = `${bytes.length} bytes; ${MIN_RSA_BYTES} are the least.`
      return hitIf(facts.family === 'rsa' && bytes.length < MIN_RSA_BYTES, { ...AT, detail })
    }),
  },
  {
    id: 'signature-rsa-long',
    area: 'signature',
    severity: 'warning',
    title: 'The RSA signature is enormous',
    why: 'Checking it takes far longer than making up such a token.',
    remedy: 'Limit the size of keys that verifiers take.',
    reference: 'CWE-400',
    check: ofSignature(({ facts, bytes }) =>
      hitIf(facts.family === 'rsa' && bytes.length > MAX_RSA_BYTES, AT),
    ),
  },
  {
    id: 'der-signature',
    area: 'signature',
    severity: 'error',
    title: 'The signature is in DER form',
    why: 'Tokens carry r and s side by side. Who accepts both accepts two spellings of one token.',
    remedy: 'Write r and s with fixed length (ieee-p1363).',
    reference: 'RFC 7518 3.4, CVE-2026-65632',
    check: ofSignature(({ facts, bytes }) =>
      hitIf(facts.family === 'ec' && isDerSignature(bytes), AT),
    ),
  },
  {
    id: 'signature-all-zero',
    area: 'signature',
    severity: 'error',
    title: 'All bytes of the signature are the same',
    why: 'No key makes that. Of zeros a broken library says that they hold for everything.',
    remedy: REFUSE,
    reference: 'CVE-2022-21449',
    check: ofSignature(({ bytes }) => {
      return hitIf(bytes.length > 1 && bytes.every((byte) => byte === bytes[0]), AT)
    }),
  },
  {
    id: 'signature-impossible',
    area: 'signature',
    severity: 'error',
    title: 'A number in the signature is zero or too large',
    why: 'No key makes that; libraries that do not look say that it holds for everything.',
    remedy: REFUSE,
    reference: 'CVE-2022-21449, RFC 8032 5.1.7',
    check: ofSignature(({ alg, facts: { signatureBytes }, bytes }) => {
      const isDue = signatureBytes?.includes(bytes.length) === true
      return hitIf(isDue && hasImpossibleNumber(alg, bytes), AT)
    }),
  },
]

/** Silent where there is none, none that was left, or none of a known algorithm. */
function ofSignature(check: (signature: Signature) => readonly Hit[]): Rule<TokenContext>['check'] {
  return (context) => {
    const { token } = context
    const alg = findText(token.header, 'alg') ?? ''
    const facts = SIGNATURE_ALGORITHMS.get(alg)
    const bytes = token.signature
    if (facts === undefined || bytes === null || bytes.length === 0) return []
    return isRedacted(context) ? [] : check({ alg, facts, bytes })
  }
}

function isRedacted({ token }: TokenContext): boolean {
  return token.parts.some(({ part, excerpt }) => part === 'signature' && excerpt.text === REDACTED)
}
