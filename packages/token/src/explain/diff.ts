// What differs between two tokens, in the sense of what it means: times as a distance, lists as
// sets, spelling apart from content.
import type { MemberChange, TokenDiff } from './explanation.ts'
import { recogniseInput } from './input/recognise.ts'
import { createLifetime } from './lifetime.ts'
import { describeChange, isSameValue } from './member-change.ts'
import { getNow } from './now.ts'
import { type JsonObject, type ReadToken, readToken } from './read/token.ts'
import { countWords } from './words/time.ts'

export interface DiffOptions {
  /** Epoch seconds; default: the clock. */
  readonly now?: number
}

/**
 * Compares the first token of each input. Says nothing about which of them may be believed.
 *
 * @throws TypeError for an input that is neither text nor bytes, or a `now` that is no moment
 */
export function diffTokens(
  first: string | Uint8Array,
  second: string | Uint8Array,
  options: DiffOptions = {},
): TokenDiff {
  const now = getNow(options)
  const before = findToken(first)
  const after = findToken(second)
  const missing = [...unreadableWords(before, 'The first'), ...unreadableWords(after, 'The second')]
  if (before?.header == null || after?.header == null || missing.length > 0) {
    return {
      version: 1,
      now,
      comparable: false,
      content: 'unknown',
      signature: 'unknown',
      lifetimes: null,
      header: [],
      claims: [],
      words: missing,
    }
  }
  const header = compareMembers(before.header, after.header)
  const claims = compareMembers(before.claims ?? {}, after.claims ?? {})
  const isSameText = ['header', 'payload'].every(
    (part) => textOf(before, part) === textOf(after, part),
  )
  const isSameContent = header.length + claims.length === 0
  const content = isSameText ? 'identical' : isSameContent ? 're-encoded' : 'different'
  const signature =
    textOf(before, 'signature') === textOf(after, 'signature') ? 'same' : 'different'
  const lifetimes = {
    before: createLifetime(before.claims, now),
    after: createLifetime(after.claims, now),
  }
  const words = [
    contentWords({ content, header, claims }),
    signatureWords(content, signature),
    `The first: ${lifetimes.before.words} The second: ${lifetimes.after.words}`,
  ]
  const found = { comparable: true, content, signature, lifetimes, header, claims, words } as const
  return { version: 1, now, ...found }
}

function findToken(input: string | Uint8Array): ReadToken | null {
  const [token] = recogniseInput(input).tokens
  return token === undefined ? null : readToken(token.excerpt)
}

function unreadableWords(token: ReadToken | null, which: string): readonly string[] {
  if (token === null) return [`${which} is no token.`]
  if (token.isEncrypted) return [`${which} is encrypted: there is nothing to compare.`]
  if (token.header === null) return [`${which} has a header that cannot be read.`]
  return token.claims === null ? [`${which} has claims that cannot be read.`] : []
}

function compareMembers(before: JsonObject, after: JsonObject): readonly MemberChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name): readonly MemberChange[] => {
    const old = before[name]
    const new_ = after[name]
    if (old !== undefined && new_ !== undefined && isSameValue(old, new_)) return []
    return [describeChange(name, { before: old, after: new_ })]
  })
}

function textOf(token: ReadToken, name: string): string {
  return token.parts.find(({ part }) => part === name)?.excerpt.text ?? ''
}

interface Compared {
  readonly content: TokenDiff['content']
  readonly header: readonly MemberChange[]
  readonly claims: readonly MemberChange[]
}

function contentWords({ content, header, claims }: Compared): string {
  if (content === 'identical') return 'Header and claims are the same.'
  if (content === 're-encoded') {
    return 'Header and claims say the same and are spelt differently: it was encoded anew.'
  }
  const parts = [
    ['member of the header', header],
    ['claim', claims],
  ] as const
  const counts = parts.flatMap(([unit, changes]) => {
    return changes.length === 0 ? [] : [countWords(changes.length, unit)]
  })
  const isOne = header.length + claims.length === 1
  return `${counts.join(' and ').replace('member of the headers', 'members of the header')} ${isOne ? 'differs' : 'differ'}.`
}

function signatureWords(content: TokenDiff['content'], signature: TokenDiff['signature']): string {
  if (signature === 'same') {
    return content === 'identical'
      ? 'The signature is the same: it is one token.'
      : 'The signature is the same, so it cannot hold for both.'
  }
  return content === 'identical'
    ? 'The signature is another one: it was signed twice, with another key, or was changed.'
    : 'The signature is another one, as it has to be.'
}
