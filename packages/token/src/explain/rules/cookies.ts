// Cookies that carry a login (RFC 6265bis).
import type { SetCookie } from '../input/collection.ts'
import { plainName } from '../input/secret-names.ts'
import type { InputContext } from './input-context.ts'
import { type Hit, hitIf, type Rule } from './rule.ts'
import { placeOf } from './transport.ts'

const MAX_COOKIE = 4096
const HOST_PREFIX = '__host-'
const SECURE_PREFIX = '__secure-'

export const COOKIE_RULES: readonly Rule<InputContext>[] = [
  {
    id: 'cookie-without-httponly',
    area: 'transport',
    severity: 'error',
    title: 'A cookie with a token, without HttpOnly',
    why: 'Every script in the page can read it: one injected line takes the login away.',
    remedy: 'Add HttpOnly.',
    reference: 'RFC 6265 4.1.2.6, CWE-1004',
    check: ofCookies(({ attributes, name }) => {
      // Made to be read by scripts, and no login.
      const isForScripts = /[cx]srf/.test(plainName(name.text))
      return !attributes.has('httponly') && !isForScripts
    }),
  },
  {
    id: 'cookie-without-secure',
    area: 'transport',
    severity: 'error',
    title: 'A cookie with a token, without Secure',
    why: 'The browser sends it without TLS as well, to whoever answers there.',
    remedy: 'Add Secure.',
    reference: 'RFC 6265 4.1.2.5, CWE-614',
    check: ofCookies(({ attributes }) => !attributes.has('secure')),
  },
  {
    id: 'cookie-without-samesite',
    area: 'transport',
    severity: 'warning',
    title: 'A cookie with a token, without SameSite',
    why: 'Browsers differ in what they assume; other sites can make requests with it.',
    remedy: 'Add SameSite=Lax or Strict.',
    reference: 'RFC 6265bis 4.1.2.7, CWE-1275',
    check: ofCookies(({ attributes }) => !attributes.has('samesite')),
  },
  {
    id: 'cookie-samesite-none',
    area: 'transport',
    severity: 'warning',
    title: 'A cookie with a token that every site’s requests carry',
    why: 'Any page can make requests in the name of the person; without Secure browsers drop it.',
    remedy: 'Use SameSite=Lax, unless it is made for frames; then check where requests come from.',
    reference: 'RFC 6265bis 4.1.2.7, CWE-352',
    check: ofCookies(({ attributes }) => attributes.get('samesite')?.toLowerCase() === 'none'),
  },
  {
    id: 'cookie-prefix-broken',
    area: 'transport',
    severity: 'error',
    title: 'The prefix of the cookie’s name promises what its attributes do not keep',
    why: 'Browsers refuse it: __Secure- needs Secure; __Host- needs Secure, Path=/ and no Domain.',
    remedy: 'Add what is missing.',
    reference: 'RFC 6265bis 4.1.3',
    check: ofCookies(isPrefixBroken),
  },
  {
    id: 'cookie-prefix-missing',
    area: 'transport',
    severity: 'info',
    title: 'The name of the cookie has no __Host- prefix',
    why: 'A sub-domain, or an attacker without TLS, can put a cookie of that name in its place.',
    remedy: 'Name it __Host-…, with Secure, Path=/ and no Domain.',
    reference: 'RFC 6265bis 4.1.3.2',
    check: ofCookies(({ name, attributes }) => {
      return !name.text.toLowerCase().startsWith(HOST_PREFIX) && !attributes.has('domain')
    }),
  },
  {
    id: 'cookie-domain',
    area: 'transport',
    severity: 'warning',
    title: 'The cookie goes to all sub-domains',
    why: 'The weakest of them has the login of all.',
    remedy: 'Leave Domain out.',
    reference: 'RFC 6265 4.1.2.3, 8.6',
    check: ofCookies(({ attributes }) => (attributes.get('domain') ?? '') !== ''),
  },
  {
    id: 'cookie-too-large',
    area: 'transport',
    severity: 'error',
    title: 'The cookie is larger than browsers keep',
    why: 'It is dropped without a word, and with it the login.',
    remedy: 'Make the token smaller, or keep it on the server.',
    reference: 'RFC 6265 6.1',
    check: ofCookies(({ line }) => {
      const end = line.text.indexOf(';')
      return (end < 0 ? line.text.length : end) > MAX_COOKIE
    }),
  },
  {
    id: 'cookie-outlives-token',
    area: 'transport',
    severity: 'info',
    title: 'The cookie lives longer than the token in it',
    why: 'The browser goes on sending a token that everybody refuses.',
    remedy: 'Give both one lifetime.',
    reference: 'RFC 6265 4.1.2.2',
    check: ({ recognised, tokens }) => {
      const carried = tokens.find((_, index) => recognised.tokens[index]?.carrier === 'set-cookie')
      const { issuedAt = null, expiresAt = null } = carried?.lifetime ?? {}
      if (issuedAt === null || expiresAt === null) return []
      return recognised.setCookies.flatMap(({ attributes, name }) => {
        const maxAge = Number(attributes.get('max-age') ?? Number.NaN)
        return hitIf(maxAge > expiresAt - issuedAt, { place: placeOf(name) })
      })
    },
  },
]

function ofCookies(isFound: (cookie: SetCookie) => boolean): Rule<InputContext>['check'] {
  return ({ recognised }) =>
    recognised.setCookies.flatMap((cookie): readonly Hit[] =>
      hitIf(cookie.holdsToken && isFound(cookie), { place: placeOf(cookie.name) }),
    )
}

function isPrefixBroken({ name, attributes }: SetCookie): boolean {
  const plain = name.text.toLowerCase()
  if (plain.startsWith(SECURE_PREFIX)) return !attributes.has('secure')
  if (!plain.startsWith(HOST_PREFIX)) return false
  return !attributes.has('secure') || attributes.has('domain') || attributes.get('path') !== '/'
}
