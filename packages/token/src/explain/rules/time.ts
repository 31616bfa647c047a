import type { TokenContext } from '../context.ts'
import type { JsonValue, TokenKind } from '../explanation.ts'
import type { JsonObject } from '../read/token.ts'
import { LEAST_MILLISECONDS, typeName } from '../words/member.ts'
import { durationWords } from '../words/time.ts'
import { type Hit, hitIf, ofClaims, type Rule } from './rule.ts'

const SECONDS = 'Write whole seconds since 1970 (NumericDate).'
const TIMES = ['exp', 'nbf', 'iat', 'auth_time', 'updated_at', 'toe']
/** Those that decide. */
const DECIDING = ['exp', 'nbf', 'iat']
const DAY = 86_400
const YEAR = 31_556_952
/** Clocks of honest servers differ by less. */
const LEEWAY = 60
/** A proof is made for the request it comes with. */
const PROOF_AGE = 300
/** These say when they happened, and nothing else is due (RFC 8417 2.2, RFC 9449 4.2). */
const ENDLESS: readonly TokenKind[] = ['security-event', 'dpop-proof']

export const TIME_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'exp-missing',
    area: 'time',
    severity: 'error',
    title: 'It never ends',
    why: 'Whoever gets hold of it has it for ever.',
    remedy: 'Let it end after minutes (exp).',
    reference: 'RFC 9068 2.2, RFC 8725',
    check: ofClaims((claims, { kind }) =>
      hitIf(!ENDLESS.includes(kind) && !Object.hasOwn(claims, 'exp'), { at: ['payload'] }),
    ),
  },
  {
    id: 'exp-not-number',
    area: 'time',
    severity: 'error',
    title: 'A time that is not a number',
    why: 'Comparisons with it are false or wrong, and the token never ends.',
    remedy: SECONDS,
    reference: 'RFC 7519 2, CVE-2026-25537',
    check: ofTimes(TIMES, (value) => {
      return typeof value === 'number'
        ? null
        : `It is ${value === null ? '' : 'a '}${typeName(value)}.`
    }),
  },
  {
    id: 'exp-milliseconds',
    area: 'time',
    severity: 'error',
    title: 'A time in milliseconds',
    why: 'Read as seconds, as it must be, it lies thousands of years ahead.',
    remedy: SECONDS,
    reference: 'RFC 7519 2',
    check: ofTimes(TIMES, (value) => (isMilliseconds(value) ? '' : null)),
  },
  {
    id: 'time-out-of-range',
    area: 'time',
    severity: 'error',
    title: 'A time that is no moment',
    why: 'Negative and enormous numbers overflow in some verifiers and not in others.',
    remedy: SECONDS,
    reference: 'RFC 7519 2, CVE-2026-44459',
    check: ofTimes(TIMES, (value) => {
      const isMoment = typeof value !== 'number' || (value >= 0 && value <= Number.MAX_SAFE_INTEGER)
      return isMoment ? null : ''
    }),
  },
  {
    id: 'lifetime-long',
    area: 'time',
    severity: 'warning',
    title: 'It lives long',
    why: 'For that long a stolen one works, and nobody who checks it alone can tell that it was revoked.',
    remedy: 'Minutes for access tokens, with a refresh token to go on.',
    reference: 'RFC 9700 2.2, RFC 8725',
    check: ofClaims((claims, { kind, now }) => {
      const seconds = findLifetime(claims, now)
      if (seconds === null || seconds <= DAY || kind === 'refresh-token') return []
      const severity = seconds > YEAR ? 'error' : 'warning'
      return [{ at: ['payload', 'exp'], severity, detail: `${durationWords(seconds)}.` }]
    }),
  },
  {
    id: 'exp-before-iat',
    area: 'time',
    severity: 'error',
    title: 'It ended before it was made',
    why: 'Nobody can ever accept it; the clock or the code of the issuer is wrong.',
    remedy: SECONDS,
    reference: 'RFC 7519 4.1.4',
    check: ofClaims(({ exp, iat }) =>
      hitIf(isNumber(exp) && isNumber(iat) && exp <= iat, { at: ['payload', 'exp'] }),
    ),
  },
  {
    id: 'nbf-after-exp',
    area: 'time',
    severity: 'error',
    title: 'It begins after its end',
    why: 'Nobody can ever accept it.',
    remedy: SECONDS,
    reference: 'RFC 7519 4.1.5',
    check: ofClaims(({ exp, nbf }) =>
      hitIf(isNumber(exp) && isNumber(nbf) && nbf >= exp, { at: ['payload', 'nbf'] }),
    ),
  },
  {
    id: 'iat-missing',
    area: 'time',
    severity: 'warning',
    title: 'It does not say when it was made',
    why: 'How old it is, and how long it was to live, cannot be judged.',
    remedy: 'Write iat.',
    reference: 'RFC 9068 2.2, OpenID Connect Core 2',
    check: ofClaims((claims) => hitIf(!Object.hasOwn(claims, 'iat'), { at: ['payload'] })),
  },
  {
    id: 'iat-in-future',
    area: 'time',
    severity: 'warning',
    title: 'It was made in the future',
    why: 'The issuer’s clock is ahead or yours behind, or somebody stretches its life.',
    remedy: 'Set the clocks by NTP.',
    reference: 'RFC 9449 11.1, CVE-2026-25537',
    check: ofClaims(({ iat }, { now }) => {
      const isAhead = isNumber(iat) && iat > now + LEEWAY && !isMilliseconds(iat)
      return isAhead ? [{ at: ['payload', 'iat'], detail: `By ${durationWords(iat - now)}.` }] : []
    }),
  },
  {
    id: 'auth-time-after-iat',
    area: 'time',
    severity: 'warning',
    title: 'The login came after the token',
    why: 'Rules about how fresh a login is are fooled by it.',
    remedy: 'Write the moment of the login.',
    reference: 'OpenID Connect Core 2',
    check: ofClaims(({ iat, auth_time: login }) =>
      hitIf(isNumber(iat) && isNumber(login) && login > iat + LEEWAY, {
        at: ['payload', 'auth_time'],
      }),
    ),
  },
  {
    id: 'dpop-old',
    area: 'time',
    severity: 'warning',
    title: 'The proof is old',
    why: 'A proof is made for one request; servers accept it for seconds or minutes.',
    remedy: 'Make a new one for each request.',
    reference: 'RFC 9449 4.3, 11.1',
    check: ofClaims(({ iat }, { kind, now }) => {
      const isOld = kind === 'dpop-proof' && isNumber(iat) && now - iat > PROOF_AGE
      return isOld ? [{ at: ['payload', 'iat'], detail: `${durationWords(now - iat)}.` }] : []
    }),
  },
]

/** One hit for each time that the judgement has words for, even if they are empty. */
function ofTimes(
  names: readonly string[],
  judge: (value: JsonValue) => string | null,
): Rule<TokenContext>['check'] {
  return ofClaims((claims) =>
    names.flatMap((name): readonly Hit[] => {
      const value = claims[name]
      const detail = value === undefined ? null : judge(value)
      if (detail === null) return []
      const at = ['payload', name]
      return [DECIDING.includes(name) ? { at, detail } : { at, detail, severity: 'warning' }]
    }),
  )
}

/** Null where there is no end, or none that can be believed. */
function findLifetime({ exp, iat, nbf }: JsonObject, now: number): number | null {
  if (!isNumber(exp) || isMilliseconds(exp)) return null
  return exp - (isNumber(iat) ? iat : isNumber(nbf) ? nbf : now)
}

function isMilliseconds(value: JsonValue): boolean {
  return isNumber(value) && value >= LEAST_MILLISECONDS && value <= LEAST_MILLISECONDS * 1000
}

function isNumber(value: JsonValue | undefined): value is number {
  return typeof value === 'number'
}
