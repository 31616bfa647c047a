// A named value of an answer, a form, an address or a header: token, secret, or neither.
import type { Carrier, Collection } from './collection.ts'
import { createExcerptBuilder, type Excerpt, sliceExcerpt, trimExcerpt } from './excerpt.ts'
import { scanTokens } from './scan.ts'
import { isPasswordName, isSecretName, isTokenName, plainName } from './secret-names.ts'

const HEX = /^[0-9a-fA-F]{2}$/
const SCHEME = /^(?:Bearer|DPoP|JWT|Token) +/i
const QUOTES = ['"', "'", '`', '“', '”', '‘', '’', '<', '>']

interface Field {
  readonly name: string
  /** Where the name is only one among many, such as `cookie session`. */
  readonly source?: string
  readonly value: Excerpt
  readonly carrier: Carrier
}

/** True when it was one of both. */
export function collectField(collection: Collection, field: Field): boolean {
  const { name, source = name, carrier } = field
  const value = withoutScheme(withoutQuotes(field.value))
  const [only] = scanTokens(value)
  const isWhole = only !== undefined && only.text.length === value.text.length
  if (only !== undefined && !isWhole && /\s/.test(value.text)) {
    // `Token: eyJ… (expired?)` is a sentence of somebody.
    const isSentence = carrier === 'header'
    collection.tokens.push(
      isSentence
        ? { excerpt: only, source: null, carrier: 'text' }
        : { excerpt: only, source, carrier },
    )
    return true
  }
  if (isWhole || (isTokenName(name) && value.text !== '')) {
    collection.tokens.push({ excerpt: value, source, carrier })
    return true
  }
  // In an answer `code` is a word for an error; in an address it is as good as a password.
  const isCode = carrier === 'url' && plainName(name) === 'code'
  const isSecret = isCode || isSecretName(name)
  const what = isPasswordName(name) ? 'password' : isSecret ? 'secret' : null
  if (what === null || value.text === '') return false
  collection.secrets.push({ excerpt: value, what, source })
  return true
}

function withoutScheme(value: Excerpt): Excerpt {
  const scheme = SCHEME.exec(value.text.slice(0, 64))
  return scheme === null ? value : trimExcerpt(sliceExcerpt(value, scheme[0].length))
}

export function withoutQuotes(value: Excerpt): Excerpt {
  const trimmed = trimExcerpt(value)
  let start = 0
  let end = trimmed.text.length
  while (start < end && QUOTES.includes(trimmed.text.charAt(start))) start++
  while (end > start && QUOTES.includes(trimmed.text.charAt(end - 1))) end--
  return start === 0 && end === trimmed.text.length
    ? trimmed
    : trimExcerpt(sliceExcerpt(trimmed, start, end))
}

/** `%2E` is one character; what is not ASCII stays as it is, for no token has it. */
export function withoutPercent(value: Excerpt): Excerpt {
  const { text } = value
  if (!text.includes('%')) return value
  const builder = createExcerptBuilder(value)
  for (let at = 0; at < text.length; at++) {
    const digits = text.slice(at + 1, at + 3)
    const code = text[at] === '%' && HEX.test(digits) ? Number.parseInt(digits, 16) : 128
    if (code < 128) {
      builder.add(String.fromCharCode(code), at, 3)
      at += 2
    } else {
      builder.add(text.charAt(at), at)
    }
  }
  return builder.build()
}

/** Between separators, with where they stand; whitespace around is left out. */
export function splitExcerpt(excerpt: Excerpt, separator: string): readonly Excerpt[] {
  const pieces: Excerpt[] = []
  const { text } = excerpt
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf(separator, start)
    const end = found < 0 ? text.length : found
    pieces.push(trimExcerpt(sliceExcerpt(excerpt, start, end)))
    start = end + separator.length
  }
  return pieces.filter(({ text: piece }) => piece !== '')
}

/** `name=value`; null without a `=`. */
export function splitPair(pair: Excerpt): { name: Excerpt; value: Excerpt } | null {
  const at = pair.text.indexOf('=')
  if (at < 0) return null
  return {
    name: trimExcerpt(sliceExcerpt(pair, 0, at)),
    value: trimExcerpt(sliceExcerpt(pair, at + 1)),
  }
}

/** `a=1&b=2`, as in addresses and forms. */
export function collectForm(collection: Collection, form: Excerpt, carrier: Carrier): boolean {
  let found = false
  for (const piece of splitExcerpt(form, '&')) {
    const pair = splitPair(piece)
    if (pair === null) continue
    const value = withoutPercent(pair.value)
    const isFound = collectField(collection, { name: pair.name.text, value, carrier })
    found = isFound || found
  }
  return found
}
