import type { TokenContext } from '../context.ts'
import { countWords } from '../words/time.ts'
import { hitIf, ofClaims, type Rule } from './rule.ts'

/** A cookie holds 4096 bytes with its name; many proxies take headers of 8 KiB in all. */
const LARGE = 4_000
const TOO_LARGE = 8_192
const MAX_CLAIMS = 100

export const SIZE_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'token-large',
    area: 'transport',
    severity: 'warning',
    title: 'A large token',
    why: 'It travels with every request. Cookies hold 4 KiB, and proxies begin to refuse headers at 8.',
    remedy: 'Keep ids and scopes in it, and look the rest up.',
    reference: 'RFC 6265 6.1, CWE-400',
    check: ({ token }) => {
      const { length } = token.excerpt.text
      if (length <= LARGE) return []
      const severity = length > TOO_LARGE ? 'error' : 'warning'
      return [{ severity, detail: `${countWords(length, 'character')}.` }]
    },
  },
  {
    id: 'claims-many',
    area: 'claims',
    severity: 'warning',
    title: 'Very many claims',
    why: 'Each is parsed with every request, and most are there by accident.',
    remedy: 'Name the claims that services need, and leave out the rest.',
    reference: 'RFC 9068 6, CWE-400',
    check: ofClaims((claims) => {
      const count = Object.keys(claims).length
      return hitIf(count > MAX_CLAIMS, { at: ['payload'], detail: `${count} of them.` })
    }),
  },
]
