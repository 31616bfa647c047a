import { findText, type TokenContext } from '../context.ts'
import type { JsonObject } from '../read/token.ts'
import { ENCRYPTION_ALGORITHMS, SIGNATURE_ALGORITHMS } from '../terms/algorithms.ts'
import { findIssuerHost } from '../vendors/vendor.ts'
import { typeName } from '../words/member.ts'
import { hitIf, ofHeader, type Rule } from './rule.ts'

const AT = { at: ['header', 'alg'] }
const DECIDE = 'Verify with keys that carry one algorithm each, and never ask the token for it.'
/** Those of RFC 7518 and RFC 8037 that have a better name or a better successor. */
const AGEING: ReadonlyMap<string, string> = new Map([
  ['EdDSA', 'RFC 9864 replaces the name by Ed25519 and Ed448, which say the curve.'],
  ['ES256K', 'Few verifiers know the curve secp256k1.'],
  ['RS1', 'It is built on SHA-1, for which collisions are made.'],
  ['HS1', 'It is built on SHA-1.'],
])

export const ALGORITHM_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'alg-none',
    area: 'algorithm',
    severity: 'error',
    title: 'Not signed: the algorithm is none',
    why: 'Anybody can write such a token, about anybody. Verifiers that accept it let everybody in.',
    remedy: 'Sign it. No verifier should know the word, in whatever spelling.',
    reference: 'RFC 8725 3.1, CVE-2015-9235, CVE-2022-23540',
    check: ofHeader((header) => hitIf(isNone(header), AT)),
  },
  {
    id: 'alg-missing',
    area: 'algorithm',
    severity: 'error',
    title: 'No algorithm is named',
    why: 'The header must say how the token is signed; code that guesses guesses what attackers like.',
    remedy: DECIDE,
    reference: 'RFC 7515 4.1.1',
    check: ofHeader((header) => hitIf(!Object.hasOwn(header, 'alg'), { at: ['header'] })),
  },
  {
    id: 'alg-not-text',
    area: 'algorithm',
    severity: 'error',
    title: 'The algorithm is not a text',
    why: 'Code that compares it loosely takes a list or a number for a name.',
    remedy: DECIDE,
    reference: 'RFC 7515 4.1.1',
    check: ofHeader((header) => {
      const alg = header['alg']
      if (alg === undefined || typeof alg === 'string') return []
      return [{ ...AT, detail: `It is a ${typeName(alg)}.` }]
    }),
  },
  {
    id: 'alg-spelling',
    area: 'algorithm',
    severity: 'error',
    title: 'The name of the algorithm is misspelt',
    why: 'Names are compared exactly. Whoever folds case or trims also lets none pass as NONE.',
    remedy: 'Write it as the registry does.',
    reference: 'RFC 7515 4.1.1',
    check: ofHeader((header) => hitIf(isMisspelt(findText(header, 'alg')), AT)),
  },
  {
    id: 'alg-unknown',
    area: 'algorithm',
    severity: 'error',
    title: 'An algorithm that does not exist',
    why: 'Nobody can check such a signature; code that goes on all the same checks nothing.',
    remedy: 'Use one of ES256, EdDSA, RS256, PS256.',
    reference: 'RFC 7518 3.1, IANA JOSE algorithms',
    check: ofHeader((header) => {
      const alg = findText(header, 'alg')
      if (alg === null || isKnown(alg) || isMisspelt(alg) || isNone(header)) return []
      return AGEING.has(alg) ? [] : [AT]
    }),
  },
  {
    id: 'alg-encrypts',
    area: 'algorithm',
    severity: 'error',
    title: 'An algorithm that encrypts, in a token with three parts',
    why: 'A signed token cannot use it: somebody tries to make one kind pass for the other.',
    remedy: 'Refuse it.',
    reference: 'RFC 7516 9',
    check: ofHeader((header, { token }) => {
      return hitIf(
        !token.isEncrypted && ENCRYPTION_ALGORITHMS.has(findText(header, 'alg') ?? ''),
        AT,
      )
    }),
  },
  {
    id: 'alg-ageing',
    area: 'algorithm',
    severity: 'info',
    title: 'An algorithm that is going out of use',
    why: 'New verifiers may not know it.',
    remedy: 'Plan to change it when keys are rotated.',
    reference: 'RFC 9864, RFC 8812',
    check: ofHeader((header) => {
      const detail = AGEING.get(findText(header, 'alg') ?? '')
      return detail === undefined ? [] : [{ ...AT, detail }]
    }),
  },
  {
    id: 'hmac-with-public-issuer',
    area: 'algorithm',
    severity: 'warning',
    title: 'A shared secret, where the issuer is on the network for many',
    why: 'Who verifies can also sign. And if the issuer publishes keys, this may be a public key used as a secret.',
    remedy: `Let issuers sign with private keys. ${DECIDE}`,
    reference: 'RFC 8725 2.1, 3.1, CVE-2016-5431',
    check: ofHeader((header, { token }) => {
      const isHmac = findText(header, 'alg')?.startsWith('HS') === true
      const host = token.claims === null ? null : findIssuerHost(token.claims)
      return hitIf(isHmac && host !== null && host !== 'localhost', AT)
    }),
  },
]

function isKnown(alg: string): boolean {
  return SIGNATURE_ALGORITHMS.has(alg) || ENCRYPTION_ALGORITHMS.has(alg)
}

/** With spaces, controls and wide letters around the word, as attackers write it. */
function isNone(header: JsonObject): boolean {
  const alg = findText(header, 'alg')
  if (alg === null || alg.length > 64) return false
  const plain = alg
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z]/g, '')
  return plain === 'none' || plain === ''
}

function isMisspelt(alg: string | null): boolean {
  if (alg === null || alg.length > 64 || isKnown(alg)) return false
  const plain = plainAlgorithm(alg)
  return [...SIGNATURE_ALGORITHMS.keys(), ...ENCRYPTION_ALGORITHMS].some(
    (name) => plainAlgorithm(name) === plain,
  )
}

function plainAlgorithm(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9+]/g, '')
}
