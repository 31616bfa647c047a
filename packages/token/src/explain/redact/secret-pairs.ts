// `name: value`, `name=value`, `"name": "value"`, `\"name\":\"value\"`, wherever it stands, where the
// name is that of a secret. Nothing is parsed: JSON that was cut, logs, settings and addresses are
// all the same here. Too much is taken rather than too little.
import { isPrivateField, type SecretKind, secretKindOfName } from '../input/secret-looking.ts'
import { privateKindOfName } from '../privacy/private-names.ts'
import type { Leftover } from './known-keys.ts'
import type { PlaceholderKind } from './placeholders.ts'

const NAME =
  /(?<![\w.-])([A-Za-z_][\w.-]{0,127}(?:\[[\w-]{1,64}\])?)(\\{0,3}["'`]?)[ \t]{0,16}(=>|:=|[:=])[ \t]{0,16}/g
const OPENING = /(\\{0,3})(["'`])/y
const SCHEME = /(?:Bearer|DPoP|JWT|Token|Basic|ApiKey)[ \t]+/iy
/** At the beginning of a line the value ends with the word, or where the next field begins. */
const WHOLE_WORD = /(?:(?!&[\w.[\]-]{1,64}=)\S)+/y
/** Elsewhere also before what goes on behind it. */
const WORD = /(?:(?![,;)}\]]{1,8}(?:\s|$|["'\\]|\w{1,64}["']?\s?[:=]))(?!&)[^\s'"`<>])+/y
const LINE_START = /(?:^|\n)[ \t]*(?:[<>*#-][ \t]*)?(?:export[ \t]+|set[ \t]+|ENV[ \t]+)?["']?$/
const NOT_SECRET =
  /^(?:(?:password|secret|token|cookie|private-key|name|text|card|id)-\d+|person-\d+@redacted\.example|\*+|\[?redacted\]?|null|undefined|true|false|none|nil|\{|\[|\|[-+]?|>[-+]?|\$\{?\w+\}?|<[\w -]+>|\{\{.*)$/i
/** Words of prose behind a colon, as in `invalid token: expired`. */
const PROSE = /^[a-z]{1,15}[.,;!?]?$|^[A-Z][a-z]{0,14}[.,;!?]?$/
const QUOTES = '"\'`'
const NUMBER = /^-?\d[\d.]*$/

interface Named {
  readonly text: string
  readonly name: string
  readonly kind: PlaceholderKind
  readonly separator: string
  /** Of the name and the value. */
  readonly start: number
  readonly at: number
  readonly isQuotedName: boolean
}

export function listSecretPairs(text: string): readonly Leftover[] {
  const found: Leftover[] = []
  // What was taken is not looked through once more: one pass, whatever the text.
  let taken = 0
  for (const match of text.matchAll(NAME)) {
    const [all, name = '', quote = '', separator = ''] = match
    const start = match.index
    if (start < taken) continue
    const isQuotedName = quote !== ''
    const at = isQuotedName ? skipSpace(text, start + all.length) : start + all.length
    const kind = kindOf(name, { text, start, at, separator })
    if (kind === null) continue
    const named = { text, name, kind, separator, start, at, isQuotedName }
    const values = kind === 'cookie' ? listCookies(named) : listValue(named)
    for (const value of values) found.push(value)
    taken = values.at(-1)?.end ?? taken
  }
  return found
}

interface Site {
  readonly text: string
  readonly start: number
  readonly at: number
  readonly separator: string
}

function kindOf(name: string, { text, start, at, separator }: Site): PlaceholderKind | null {
  const kind: SecretKind | null = secretKindOfName(name)
  if (kind !== null) return kind
  if (separator === '=' && isPrivateField(name)) {
    const isField =
      '?&#;'.includes(text[start - 1] ?? ' ') || /^[^\s&]{0,256}&\w/.test(text.slice(at, at + 258))
    return isField ? (privateKindOfName(name) ?? 'secret') : null
  }
  // Of people only what is surely a member.
  return '"\'`\\'.includes(text[at] ?? ' ') && separator !== '=' ? privateKindOfName(name) : null
}

function listValue(named: Named): readonly Leftover[] {
  const { text, kind, at } = named
  if (text[at] === '{') return []
  if (text[at] === '[') return listItems(named)
  const range = rangeOfValue(named)
  if (range === null) return []
  const [start, end] = withoutScheme(text, range)
  const value = text.slice(start, end)
  if (value === '' || NOT_SECRET.test(value.slice(0, 128))) return []
  const isQuoted = named.isQuotedName && start === at && NUMBER.test(value.slice(0, 64))
  return [{ kind, start, end, isQuoted: isQuoted && named.text[at] !== '"' }]
}

/** `["a", "b"]`, to its end or that of the line; lists of anything else have names of their own. */
function listItems({ text, kind, at }: Named): readonly Leftover[] {
  const first = skipSpace(text, at + 1)
  if (!QUOTES.includes(text[first] || ' ')) return []
  const end = endAt(text, { from: first, marks: ']\n' })
  return [...text.slice(first, end).matchAll(/(["'])([^"'\n]{1,4096})/dg)].flatMap(
    ({ indices }) => {
      const range = indices?.[2]
      return range === undefined ? [] : [{ kind, start: first + range[0], end: first + range[1] }]
    },
  )
}

function rangeOfValue({ text, kind, separator, start, at }: Named): [number, number] | null {
  OPENING.lastIndex = at
  const opening = OPENING.exec(text)
  if (opening !== null) {
    const [all, slashes = '', quote = ''] = opening
    const from = at + all.length
    // What opened before the name closes here: `-d 'password='`.
    if (text[start - 1] === quote && separator === '=') return null
    return [from, endOfQuoted(text, { from, quote, slashes })]
  }
  const isStart = LINE_START.test(text.slice(Math.max(0, start - 80), start))
  const isEnclosed = QUOTES.includes(text[start - 1] || ' ')
  const isSentence = separator === ':' && kind === 'password' && isStart
  if (isSentence && !isEnclosed) {
    const end = endAt(text, { from: at, marks: '\n' })
    return [at, at + text.slice(at, end).trimEnd().length]
  }
  SCHEME.lastIndex = at
  const scheme = SCHEME.exec(text)
  const from = at + (scheme?.[0].length ?? 0)
  const pattern = isStart && !isEnclosed ? WHOLE_WORD : WORD
  pattern.lastIndex = from
  const word = pattern.exec(text)?.[0]
  if (word === undefined) return null
  const isProse = separator === ':' && kind !== 'password' && PROSE.test(word)
  return isProse ? null : [from, from + word.length]
}

function withoutScheme(text: string, [start, end]: [number, number]): [number, number] {
  SCHEME.lastIndex = start
  const scheme = SCHEME.exec(text)
  const from = start + (scheme?.[0].length ?? 0)
  return from < end ? [from, end] : [start, end]
}

interface Quoted {
  readonly from: number
  readonly quote: string
  readonly slashes: string
}

/** Where the quote is closed, or else the line ends. */
function endOfQuoted(text: string, { from, quote, slashes }: Quoted): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\n') return at
    if (slashes !== '' && text.startsWith(slashes + quote, at) && text[at - 1] !== '\\') return at
    if (slashes === '' && text[at] === quote) return at
    if (slashes === '' && text[at] === '\\') at++
  }
  return text.length
}

/** The values of a `Cookie` line, or the one of a `Set-Cookie` line. */
function listCookies(named: Named): readonly Leftover[] {
  const { text, name, start, at } = named
  const enclosing = text[start - 1] ?? ''
  OPENING.lastIndex = at
  const opening = OPENING.exec(text)
  const mark = opening?.[2] ?? (QUOTES.includes(enclosing || ' ') ? enclosing : '\n')
  const from = at + (opening?.[0].length ?? 0)
  const end = endAt(text, { from, marks: `${mark}\n` })
  const found: Leftover[] = []
  for (const match of text.slice(from, end).matchAll(/[^\s=;,]{1,256}=([^;\s]+)/dg)) {
    const range = match.indices?.[1]
    if (range === undefined) continue
    const isShown = NOT_SECRET.test((match[1] ?? '').slice(0, 128))
    if (!isShown) found.push({ kind: 'cookie', start: from + range[0], end: from + range[1] })
    // What stands behind the first are attributes.
    if (/^set/i.test(name)) break
  }
  return found
}

function endAt(text: string, { from, marks }: { from: number; marks: string }): number {
  let at = from
  while (at < text.length && !marks.includes(text.charAt(at))) at++
  return at
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (' \t\r\n'.includes(text[at] ?? '-')) at++
  return at
}
