import { findPlace, findText, type TokenContext } from './context.ts'
import type { MemberExplanation, TokenExplanation } from './explanation.ts'
import { gradeOf } from './grade.ts'
import { type Excerpt, originOf } from './input/excerpt.ts'
import { judgeKind } from './kind.ts'
import { createLifetime } from './lifetime.ts'
import { findPrivateContent } from './privacy/private-content.ts'
import { type JsonObject, type ReadPart, type ReadToken, readToken } from './read/token.ts'
import { runRules } from './rules/rule.ts'
import { TOKEN_RULES } from './rules/token-rules.ts'
import { HEADER_TERMS } from './terms/header.ts'
import { OPENID_TERMS } from './terms/openid.ts'
import { REGISTERED_TERMS } from './terms/registered.ts'
import type { Term } from './terms/term.ts'
import { findVendor } from './vendors/vendors.ts'
import { type CallerFindings, createVerdicts } from './verdicts.ts'
import { explainMember } from './words/member.ts'

interface Asked {
  readonly excerpt: Excerpt
  readonly source: string | null
  readonly now: number
  readonly caller: CallerFindings
}

const NOTHING: JsonObject = {}

export function explainToken({ excerpt, source, now, caller }: Asked): TokenExplanation {
  const token = readToken(excerpt)
  const recognised = findVendor(token.claims ?? NOTHING)
  const { kind, words } = judgeKind(token, source)
  const vendor = recognised?.vendor ?? null
  const privateContent = findPrivateContent(token)
  const context: TokenContext = { token, kind, vendor, now, privateContent }
  const isOpaque = kind === 'opaque'
  const findings = isOpaque ? [] : runRules(TOKEN_RULES, context, (at) => findPlace(token, at))
  const vendorTerms = recognised?.table.terms
  const offset = originOf(excerpt, 0)
  return {
    source,
    offset,
    length: originOf(excerpt, excerpt.text.length) - offset,
    kind,
    words,
    vendor,
    algorithm: findText(token.header, 'alg'),
    parts: token.parts.map(({ part, excerpt: own, bytes, json }) => {
      const start = originOf(own, 0)
      const length = originOf(own, own.text.length) - start
      return { part, offset: start, length, text: json?.text ?? null, bytes: bytes.length }
    }),
    header: explainMembers({ token, part: 'header', now, find: (name) => HEADER_TERMS.get(name) }),
    claims: explainMembers({
      token,
      part: 'payload',
      now,
      find: (name) =>
        vendorTerms?.get(name) ?? REGISTERED_TERMS.get(name) ?? OPENID_TERMS.get(name),
    }),
    lifetime: createLifetime(token.claims, now),
    verdicts: createVerdicts({ findings, isOpaque }, caller),
    findings,
    grade: isOpaque ? null : gradeOf(findings),
  }
}

interface Described {
  readonly token: ReadToken
  readonly part: ReadPart['part']
  readonly now: number
  readonly find: (name: string) => Term | undefined
}

function explainMembers({ token, part, now, find }: Described): readonly MemberExplanation[] {
  const read = token.parts.find((one) => one.part === part)
  const members = read?.json?.root?.members ?? []
  const issued = token.claims?.['iat']
  const issuedAt = typeof issued === 'number' ? issued : null
  // Of a name written twice the last counts, as with most parsers.
  const counting = new Map(members.map((member) => [member.name, member]))
  return [...counting.values()].map(({ name, start, node }) =>
    explainMember({
      name,
      value: node.value,
      term: find(name) ?? null,
      now,
      issuedAt,
      place: read?.placeOf(start, node.end) ?? null,
    }),
  )
}
