// What anybody may import of the engine that explains tokens. It runs wherever JavaScript does.
export { type DiffOptions, diffTokens } from './diff.ts'
export { explain } from './explain.ts'
export type {
  Area,
  ExplainOptions,
  Explanation,
  Finding,
  FoundToken,
  Grade,
  InputExplanation,
  InputForm,
  JsonValue,
  KeyExplanation,
  KeySetExplanation,
  Lifetime,
  MemberChange,
  MemberExplanation,
  Part,
  Place,
  PolicyFinding,
  PrivateKind,
  Redaction,
  Severity,
  SignatureFinding,
  SignatureVerdict,
  TokenDiff,
  TokenExplanation,
  TokenKind,
  TokenPart,
  Vendor,
  Verdicts,
  WellFormed,
} from './explanation.ts'
export { findTokens } from './find-tokens.ts'
export { redact } from './redact/redact.ts'
