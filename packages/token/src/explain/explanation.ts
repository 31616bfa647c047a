// What an explanation is made of. Everything here is JSON and nothing else: no undefined, no NaN,
// no bytes. docs/reference/explanation.schema.json says the same to other languages.
// Times are epoch seconds. Offsets count UTF-16 code units of the text that was given; of bytes,
// of the text that they spell in UTF-8.

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/** How the text was wrapped; what the tokens in it are says `TokenExplanation.kind`. */
export type InputForm =
  | 'token'
  | 'bearer'
  | 'dpop'
  | 'set-cookie'
  | 'cookie'
  | 'curl'
  | 'url'
  | 'token-response'
  | 'key-set'
  | 'key'
  | 'text'
  | 'unknown'

export type TokenKind =
  | 'access-token'
  | 'id-token'
  | 'refresh-token'
  | 'logout-token'
  | 'security-event'
  | 'dpop-proof'
  | 'client-assertion'
  | 'encrypted'
  | 'opaque'
  | 'unknown'

/** The parts of a signed token, those of an encrypted one, a token as a whole, or all the text. */
export type Part =
  | 'header'
  | 'payload'
  | 'signature'
  | 'encrypted-key'
  | 'iv'
  | 'ciphertext'
  | 'tag'
  | 'token'
  | 'input'

/** Where something is. */
export interface Place {
  readonly part: Part
  /** In the text as it was given. */
  readonly offset: number
  readonly length: number
  /** In the JSON text that the part spells (`TokenPart.text`); null where it is about none. */
  readonly decoded: { readonly offset: number; readonly length: number } | null
}

export type Severity = 'error' | 'warning' | 'info'

/** `form` findings are those that make a token not well-formed. */
export type Area =
  | 'form'
  | 'algorithm'
  | 'key-source'
  | 'signature'
  | 'type'
  | 'time'
  | 'claims'
  | 'privacy'
  | 'transport'
  | 'keys'

/** What is wrong or remarkable. No text of it repeats a value that was found. */
export interface Finding {
  /** Stable: programs may branch on it. */
  readonly id: string
  readonly area: Area
  readonly severity: Severity
  /** One line: what was found. */
  readonly title: string
  /** What was found here in particular, or null when the title says it all. */
  readonly detail: string | null
  /** Why it matters. */
  readonly why: string
  /** What to do. */
  readonly remedy: string
  /** RFC and section, CVE or CWE. */
  readonly reference: string
  /** The member, such as `payload.address.locality` or `keys[0].n`; null when it is about none. */
  readonly path: string | null
  readonly place: Place | null
}

/** A: nothing above info. B: one warning. C: two or three. D: four or more. F: an error. */
export type Grade = 'A' | 'B' | 'C' | 'D' | 'F'

export type PrivateKind =
  | 'password'
  | 'secret'
  | 'private-key'
  | 'token'
  | 'card'
  | 'email'
  | 'phone'
  | 'name'
  | 'birthdate'
  | 'address'
  | 'national-id'
  | 'ip-address'

/** A member of the header or a claim, in words. */
export interface MemberExplanation {
  readonly name: string
  readonly value: JsonValue
  /** What the name stands for, e.g. `Expires`; the name itself when nobody knows it. */
  readonly title: string
  /** What this value says, with context. */
  readonly words: string
  /** Who defines the name: `RFC 7519 4.1.4`, `Auth0`; null when it is not known. */
  readonly definedBy: string | null
  /** Set where the value is better not shown to others. */
  readonly private: PrivateKind | null
  /** For moments: UTC, ISO 8601. */
  readonly time: string | null
  readonly place: Place | null
}

/** One part between dots. */
export interface TokenPart {
  readonly part: Part
  /** Where it stands in the text as it was given. */
  readonly offset: number
  readonly length: number
  /** The JSON text it spells; null for bytes, and where it spells none. */
  readonly text: string | null
  /** How many bytes it spells. */
  readonly bytes: number
}

export interface Vendor {
  readonly name: string
  /** By what it was recognised: `iss`, `the claim https://…`. */
  readonly by: string
}

export interface WellFormed {
  readonly is: boolean
  readonly why: string
}

/** What the caller found out about the signature; the engine computes none. */
export interface SignatureFinding {
  readonly checked: 'no' | 'holds' | 'fails' | 'impossible'
  /**
   * Where the key came from: `pinned` by the person who asks, `issuer`: from the issuer that they
   * named, `token`: out of the token itself, which proves nothing.
   */
  readonly keyFrom: 'pinned' | 'issuer' | 'token' | null
  /** Why it could not be checked, or more about the key; a sentence without the last full stop. */
  readonly why?: string
}

export interface SignatureVerdict {
  readonly checked: SignatureFinding['checked']
  readonly keyFrom: SignatureFinding['keyFrom']
  readonly words: string
}

/** What the caller's own policy (issuer, audience, type, time …) says. */
export interface PolicyFinding {
  readonly outcome: 'accepted' | 'refused' | 'not-asked'
  readonly why: string
}

/** Three answers to three questions; none of them stands for another. */
export interface Verdicts {
  readonly wellFormed: WellFormed
  readonly signature: SignatureVerdict
  readonly policy: PolicyFinding
}

export interface Lifetime {
  /** `unbounded`: it never ends. `unknown`: its times cannot be read. */
  readonly state: 'running' | 'expired' | 'not-yet' | 'unbounded' | 'unknown'
  readonly issuedAt: number | null
  readonly notBefore: number | null
  readonly expiresAt: number | null
  readonly words: string
}

export interface TokenExplanation {
  /** How it was found, such as `access_token` or `cookie session`; null when it is the whole text. */
  readonly source: string | null
  readonly offset: number
  readonly length: number
  readonly kind: TokenKind
  /** What kind of token it is, and why that is thought. */
  readonly words: string
  readonly vendor: Vendor | null
  readonly algorithm: string | null
  readonly parts: readonly TokenPart[]
  readonly header: readonly MemberExplanation[]
  readonly claims: readonly MemberExplanation[]
  readonly lifetime: Lifetime
  readonly verdicts: Verdicts
  /** Worst first, and then by place. */
  readonly findings: readonly Finding[]
  /** Null for what cannot be looked into. */
  readonly grade: Grade | null
}

export interface KeyExplanation {
  readonly kid: string | null
  readonly kty: string | null
  readonly alg: string | null
  readonly use: string | null
  /** Such as `P-256`; null for RSA and secrets. */
  readonly curve: string | null
  /** Size of the modulus or secret; null where the curve says it. */
  readonly bits: number | null
  readonly isPrivate: boolean
  readonly words: string
}

export interface KeySetExplanation {
  readonly words: string
  readonly keys: readonly KeyExplanation[]
  readonly findings: readonly Finding[]
  readonly grade: Grade
}

export interface InputExplanation {
  readonly form: InputForm
  /** What was recognised, and what was looked into. */
  readonly words: string
  /** What was done to the text before it was read, such as `Line breaks were left out.` */
  readonly notes: readonly string[]
  /** What is wrong with the wrapping: cookie attributes, addresses, secrets beside the token. */
  readonly findings: readonly Finding[]
}

export interface Explanation {
  /** Of this shape. It grows when something is taken away or changes its meaning. */
  readonly version: 1
  /** The moment that everything relative is relative to. */
  readonly now: number
  readonly input: InputExplanation
  /** The caller's `signature` and `policy` are about the first. */
  readonly tokens: readonly TokenExplanation[]
  readonly keySet: KeySetExplanation | null
  /** The worst of all; null when there is nothing to judge. */
  readonly grade: Grade | null
}

export interface ExplainOptions {
  /** Epoch seconds; default: the clock. */
  readonly now?: number
  /** About the first token; default: not checked. */
  readonly signature?: SignatureFinding
  /** About the first token; default: not asked. */
  readonly policy?: PolicyFinding
}

/** A token as it stands in a text, unwrapped: what a verifier would be given. */
export interface FoundToken {
  readonly source: string | null
  readonly offset: number
  readonly length: number
  readonly text: string
}

export interface MemberChange {
  readonly name: string
  readonly change: 'added' | 'removed' | 'changed'
  /** Null when it was added; also when it was JSON null. */
  readonly before: JsonValue
  readonly after: JsonValue
  /** For lists and scope strings: what only one side has. */
  readonly added: readonly JsonValue[]
  readonly removed: readonly JsonValue[]
  /** E.g. `15 minutes later`. */
  readonly words: string
}

export interface TokenDiff {
  readonly version: 1
  /** The moment that the lifetimes are relative to. */
  readonly now: number
  /** False when one side cannot be read; `words` says which. */
  readonly comparable: boolean
  /** Of header and claims: the same text, the same in another spelling, or others. */
  readonly content: 'identical' | 're-encoded' | 'different' | 'unknown'
  readonly signature: 'same' | 'different' | 'unknown'
  /** Null when not comparable. */
  readonly lifetimes: { readonly before: Lifetime; readonly after: Lifetime } | null
  readonly header: readonly MemberChange[]
  readonly claims: readonly MemberChange[]
  readonly words: readonly string[]
}

export interface Redaction {
  /**
   * The whole text as it was given, with every token and secret in it replaced; empty when it is
   * too large to be looked into.
   */
  readonly text: string
  /** How many tokens were rewritten. */
  readonly tokens: number
  /** How many values were replaced, by kind; `signature` counts the signatures dropped. */
  readonly replaced: { readonly [kind: string]: number }
  /** What was done, and what was not. */
  readonly words: string
  /** What was not understood and should be read before the copy is sent; sentences. */
  readonly warnings: readonly string[]
}
