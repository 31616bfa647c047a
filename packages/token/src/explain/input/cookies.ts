// RFC 6265.
import type { Collection } from './collection.ts'
import type { Excerpt } from './excerpt.ts'
import { collectField, splitExcerpt, splitPair, withoutPercent } from './fields.ts'
import { plainName } from './secret-names.ts'

const SESSION_WORDS = ['token', 'session', 'sess', 'auth', 'jwt', 'sid']

/** The value of a `Cookie` header. */
export function collectCookies(collection: Collection, line: Excerpt): void {
  for (const piece of splitExcerpt(line, ';')) collectCookie(collection, piece, 'cookie')
}

/** The value of a `Set-Cookie` header. */
export function collectSetCookie(collection: Collection, line: Excerpt): void {
  const [first, ...rest] = splitExcerpt(line, ';')
  const pair = first === undefined ? null : splitPair(first)
  if (first === undefined || pair === null) return
  const isToken = collectCookie(collection, first, 'set-cookie')
  const name = plainName(pair.name.text)
  const attributes = rest.map((piece): [string, string | null] => {
    const attribute = splitPair(piece)
    return attribute === null
      ? [piece.text.toLowerCase(), null]
      : [attribute.name.text.toLowerCase(), attribute.value.text]
  })
  collection.setCookies.push({
    name: pair.name,
    line,
    attributes: new Map(attributes),
    holdsToken: isToken || SESSION_WORDS.some((word) => name.includes(word)),
  })
}

function collectCookie(
  collection: Collection,
  piece: Excerpt,
  carrier: 'cookie' | 'set-cookie',
): boolean {
  const pair = splitPair(piece)
  if (pair === null) return false
  const { name, value } = pair
  const isField = collectField(collection, {
    name: name.text,
    source: `cookie ${name.text.slice(0, 64)}`,
    value: withoutPercent(value),
    carrier,
  })
  if (!isField && value.text !== '') {
    const source = `cookie ${name.text.slice(0, 64)}`
    collection.secrets.push({ excerpt: value, what: 'cookie', source })
  }
  return isField
}
