// What @signet/token says of one token, signature and claims told apart.
import { type Algorithm, type Key, type KeySet, TokenError, verify } from '@signet/token'
import type { PolicyFinding, SignatureFinding } from '@signet/token/explain'
import type { Policy } from './input/policy-options.ts'
import { TOKEN_REFUSALS } from './token-refusals.ts'

export interface JudgementQuestion {
  readonly token: string
  readonly keys: Key | KeySet
  readonly keyFrom: 'pinned' | 'issuer'
  readonly algorithm: Algorithm | undefined
  /** Null: nobody asked. */
  readonly policy: Policy | null
}

export interface Judgement {
  /** For an explanation. */
  readonly findings: {
    readonly signature: SignatureFinding
    readonly policy?: PolicyFinding
  }
  /** The first reason for which the token is not what was asked for; null when it is. */
  readonly refusal: TokenError | null
}

/** The largest that can be read at all. */
const MAX_TOKEN_BYTES = 65_536

const ANYTHING = {
  issuer: null,
  audience: null,
  type: null,
  dangerouslyAllowMissingExpiry: true,
  maxTokenBytes: MAX_TOKEN_BYTES,
} as const

/** Does not look at revocation. */
export function judgeToken(question: JudgementQuestion): Judgement {
  const { token, keys, keyFrom, algorithm, policy } = question
  const narrowed = algorithm === undefined ? {} : { algorithms: [algorithm] }
  const flaw = refusalOf(() => verify(token, keys, { ...ANYTHING, ...narrowed }))
  const signature = describeSignature(flaw, keyFrom)
  const unsigned = signature.checked === 'holds' ? null : flaw
  if (policy === null) return { findings: { signature }, refusal: unsigned }
  const refusal = refusalOf(() => verify(token, keys, { ...policy, ...narrowed }))
  return { findings: { signature, policy: describePolicy(policy, refusal) }, refusal }
}

/** @throws whatever else is thrown */
function refusalOf(check: () => unknown): TokenError | null {
  try {
    check()
    return null
  } catch (error) {
    if (error instanceof TokenError) return error
    throw error
  }
}

function describeSignature(
  flaw: TokenError | null,
  keyFrom: SignatureFinding['keyFrom'],
): SignatureFinding {
  const stage = flaw === null ? 'claims' : TOKEN_REFUSALS[flaw.code].stage
  if (stage === 'claims') return { checked: 'holds', keyFrom }
  if (stage === 'signature') return { checked: 'fails', keyFrom }
  return { checked: 'impossible', keyFrom, why: flaw?.message ?? '' }
}

function describePolicy(
  { issuer, audience, type }: Policy,
  refusal: TokenError | null,
): PolicyFinding {
  if (refusal === null) {
    const asked = Object.entries({ issuer, audience, type }).filter(([, value]) => value !== null)
    const free = [issuer === null ? 'issuer' : [], audience === null ? 'audience' : []].flat()
    const names = asked.map(([name]) => name).join(', ')
    const waived = free.length === 0 ? '' : `; no ${free.join(' and no ')} was expected`
    return { outcome: 'accepted', why: `Accepted: ${names} and times are as asked${waived}.` }
  }
  return { outcome: 'refused', why: `Refused: ${refusal.message}.` }
}
