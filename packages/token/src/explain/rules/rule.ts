// A lint rule is data and one pure question. What it finds it may describe and point at, but
// never repeat: findings are pasted into bug reports.
import type { TokenContext } from '../context.ts'
import type { Area, Finding, Place, Severity } from '../explanation.ts'
import { privateKindOfValue } from '../privacy/private-values.ts'
import type { JsonObject } from '../read/token.ts'

export interface Rule<Context> {
  /** Stable. */
  readonly id: string
  readonly area: Area
  /**
   * `error`: a strict verifier refuses it, somebody could be fooled by it, or it gives a secret
   * away. `warning`: it works today and makes an attack easier or a repair harder. `info`: worth
   * knowing.
   */
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly remedy: string
  readonly reference: string
  check(context: Context): readonly Hit[]
}

export interface Hit {
  /** In our words. */
  readonly detail?: string | null
  /** The member it is about: a part or `keys`, and the way from there. */
  readonly at?: readonly (string | number)[]
  /** Where that is more than `at` can say. */
  readonly place?: Place | null
  /** Where it is worse or better than the rule usually is. */
  readonly severity?: Severity
}

/** One hit when the condition holds. */
export function hitIf(condition: boolean, hit: Hit = {}): readonly Hit[] {
  return condition ? [hit] : []
}

type TokenCheck = Rule<TokenContext>['check']

/** For rules about the header: silent when there is none that can be read. */
export function ofHeader(
  check: (header: JsonObject, context: TokenContext) => readonly Hit[],
): TokenCheck {
  return (context) => (context.token.header === null ? [] : check(context.token.header, context))
}

/** The same for the claims, which an encrypted token does not show. */
export function ofClaims(
  check: (claims: JsonObject, context: TokenContext) => readonly Hit[],
): TokenCheck {
  return (context) => (context.token.claims === null ? [] : check(context.token.claims, context))
}

// A list of ten thousand keys without a kid is one remark, not ten thousand.
const MAX_HITS = 10
const ORDER: readonly Severity[] = ['error', 'warning', 'info']

export function runRules<Context>(
  rules: readonly Rule<Context>[],
  context: Context,
  placeOf: (at: readonly (string | number)[]) => Place | null = () => null,
): readonly Finding[] {
  const findings = rules.flatMap((rule) => {
    const hits = rule.check(context)
    const more = hits.length - MAX_HITS
    return hits.slice(0, MAX_HITS).map((hit, index) => {
      const isLast = more > 0 && index === MAX_HITS - 1
      return findingOf(rule, { hit, placeOf, detailMore: isLast ? ` And ${more} more.` : '' })
    })
  })
  return sortFindings(findings)
}

interface Found {
  readonly hit: Hit
  readonly placeOf: (at: readonly (string | number)[]) => Place | null
  readonly detailMore: string
}

function findingOf<Context>(rule: Rule<Context>, { hit, placeOf, detailMore }: Found): Finding {
  const { id, area, title, why, remedy, reference } = rule
  const detail = ((hit.detail ?? '') + detailMore).trim()
  return {
    id,
    area,
    severity: hit.severity ?? rule.severity,
    title,
    detail: detail === '' ? null : detail,
    why,
    remedy,
    reference,
    path: hit.at === undefined ? null : pathText(hit.at),
    place: hit.place ?? (hit.at === undefined ? null : placeOf(hit.at)),
  }
}

function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const rank = ({ severity }: Finding) => ORDER.indexOf(severity)
  const offset = ({ place }: Finding) => place?.offset ?? Number.MAX_SAFE_INTEGER
  return findings.toSorted((a, b) => rank(a) - rank(b) || offset(a) - offset(b))
}

const PLAIN_NAME = /^[A-Za-z_][\w-]{0,63}$/
const MAX_NAME = 64

/** `payload.address.locality`, `keys[0].n`, `payload["https://x.example/roles"]`. */
function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      // Names can be about a person too.
      if (privateKindOfValue(step) !== null) return '["…"]'
      if (PLAIN_NAME.test(step)) return index === 0 ? step : `.${step}`
      const shown = step.length > MAX_NAME ? `${step.slice(0, MAX_NAME)}…` : step
      return `[${JSON.stringify(shown)}]`
    })
    .join('')
}
