// Three answers to three questions. Whoever reads one of them as another has been fooled by a
// website before.
import type {
  Finding,
  PolicyFinding,
  SignatureFinding,
  SignatureVerdict,
  Verdicts,
  WellFormed,
} from './explanation.ts'

const NOT_CHECKED: SignatureFinding = { checked: 'no', keyFrom: null }
const NOT_ASKED: PolicyFinding = {
  outcome: 'not-asked',
  why: 'Nobody said which issuer, audience and type are expected.',
}

const OPAQUE: WellFormed = { is: false, why: 'It is no JWT: there is nothing in it to be read.' }

export interface CallerFindings {
  readonly signature?: SignatureFinding | undefined
  readonly policy?: PolicyFinding | undefined
}

interface Judged {
  readonly findings: readonly Finding[]
  readonly isOpaque: boolean
}

export function createVerdicts(
  { findings, isOpaque }: Judged,
  { signature = NOT_CHECKED, policy = NOT_ASKED }: CallerFindings,
): Verdicts {
  return {
    wellFormed: isOpaque ? OPAQUE : judgeForm(findings),
    signature: judgeSignature(signature),
    policy: { outcome: policy.outcome, why: policy.why },
  }
}

function judgeForm(findings: readonly Finding[]): WellFormed {
  const flaws = findings.filter(({ area }) => area === 'form')
  const [first] = flaws
  if (first === undefined) {
    return { is: true, why: 'It can be read in one way only. That says nothing about who made it.' }
  }
  const more = flaws.length === 1 ? '' : ` And ${flaws.length - 1} more.`
  return { is: false, why: `${first.title}.${more}` }
}

const WHOSE_KEY = {
  pinned: 'the key that you gave',
  issuer: 'a key from the issuer that you named',
  token: 'a key out of the token itself',
} as const

function judgeSignature({ checked, keyFrom, why }: SignatureFinding): SignatureVerdict {
  const more = why === undefined ? '' : ` ${why}.`
  return { checked, keyFrom, words: signatureWords(checked, keyFrom) + more }
}

function signatureWords(
  checked: SignatureFinding['checked'],
  keyFrom: SignatureFinding['keyFrom'],
): string {
  const key = keyFrom === null ? 'a key of unknown origin' : WHOSE_KEY[keyFrom]
  switch (checked) {
    case 'no':
      return 'Not checked: anybody could have written this.'
    case 'impossible':
      return 'It cannot be checked.'
    case 'fails':
      return `It does not hold with ${key}: the token was changed, or made with another key.`
    case 'holds':
      if (keyFrom === 'token') {
        return `It holds with ${key}, which proves nothing: anybody can put a key into a token.`
      }
      return keyFrom === null
        ? `It holds with ${key}, which proves nothing until you know whose it is.`
        : `It holds with ${key}.`
  }
}
