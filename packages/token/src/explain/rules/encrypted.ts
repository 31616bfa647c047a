// Encrypted tokens (RFC 7516): what the header alone shows.
import { findText, type TokenContext } from '../context.ts'
import type { JsonObject } from '../read/token.ts'
import { type Hit, hitIf, ofHeader, type Rule } from './rule.ts'

/** OWASP's figure for PBKDF2 with SHA-256 is 600,000. */
const MAX_ITERATIONS = 1_000_000
const MIN_ITERATIONS = 1000

export const ENCRYPTED_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'jwe-unsigned',
    area: 'type',
    severity: 'info',
    title: 'Encrypted, which is not signed',
    why: 'With a public key anybody can encrypt anything. Who opens it must still find a signed token in it.',
    remedy: 'Accept it only when the content is a token that is checked in turn.',
    reference: 'RFC 7519 11.2, CVE-2026-29000',
    check: ofEncrypted((header) =>
      hitIf(findText(header, 'alg') !== 'dir', { at: ['header', 'alg'] }),
    ),
  },
  {
    id: 'jwe-rsa1-5',
    area: 'algorithm',
    severity: 'error',
    title: 'The content key is encrypted with RSA1_5',
    why: 'A server that tells broken padding from other errors, by words or by time, decrypts it for everybody.',
    remedy: 'Use RSA-OAEP-256 or ECDH-ES.',
    reference: 'RFC 8725 3.2, RFC 7518 8.3',
    check: ofEncrypted((header) =>
      hitIf(findText(header, 'alg') === 'RSA1_5', { at: ['header', 'alg'] }),
    ),
  },
  {
    id: 'jwe-iterations-many',
    area: 'algorithm',
    severity: 'error',
    title: 'The token orders an enormous amount of work',
    why: 'The receiver has to do it before it can know whether the token is any good.',
    remedy: 'Refuse password-based encryption, or limit p2c.',
    reference: 'RFC 7518 8.6, CVE-2023-50966',
    check: ofEncrypted(({ p2c }) =>
      hitIf(typeof p2c === 'number' && p2c > MAX_ITERATIONS, { at: ['header', 'p2c'] }),
    ),
  },
  {
    id: 'jwe-iterations-few',
    area: 'algorithm',
    severity: 'warning',
    title: 'A password protects it, with too little work',
    why: 'Whoever has the token can try millions of passwords a second.',
    remedy: 'Use a key, or hundreds of thousands of iterations.',
    reference: 'RFC 7518 4.8.1.2',
    check: ofEncrypted(({ p2c }) =>
      hitIf(typeof p2c === 'number' && p2c < MIN_ITERATIONS, { at: ['header', 'p2c'] }),
    ),
  },
]

function ofEncrypted(check: (header: JsonObject) => readonly Hit[]): Rule<TokenContext>['check'] {
  return ofHeader((header, { token }) => (token.isEncrypted ? check(header) : []))
}
