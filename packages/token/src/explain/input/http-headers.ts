import type { InputForm } from '../explanation.ts'
import { collectAddress } from './address.ts'
import type { Collection } from './collection.ts'
import { collectCookies, collectSetCookie } from './cookies.ts'
import { type Excerpt, sliceExcerpt, trimExcerpt } from './excerpt.ts'
import { collectField, splitExcerpt, withoutQuotes } from './fields.ts'
import { scanTokens } from './scan.ts'

const FIELD = /^([A-Za-z0-9-]{1,64}):[ \t]*/
/** `Bearer Bearer` is what becomes of a scheme that was written twice. */
const CREDENTIALS = /^(Bearer|DPoP|JWT|Token|Basic)[ \t]+(?:\1[ \t]+)?(?=\S)/i
const SCHEME_ALONE = /^(?:Bearer|DPoP|JWT|Token|Basic)$/i
const REQUEST_LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) +(?=\S)/

/** True for a text whose first line is a header field, a request line or credentials. */
export function looksLikeHeaders(text: string): boolean {
  const first = text.slice(0, 128)
  return isField(first) || CREDENTIALS.test(first) || REQUEST_LINE.test(first)
}

/** Lines of an HTTP message; null when nothing in them was of interest. */
export function collectHeaders(collection: Collection, lines: Excerpt): InputForm | null {
  let form: InputForm | null = null
  for (const line of splitExcerpt(lines, '\n')) {
    form = collectHeader(collection, withoutQuotes(line)) ?? form
  }
  return form
}

/** One field, or credentials as they stand behind `Authorization:`. */
export function collectHeader(collection: Collection, line: Excerpt): InputForm | null {
  const start = line.text.slice(0, 128)
  const request = REQUEST_LINE.exec(start)
  if (request !== null) {
    const [target] = splitExcerpt(sliceExcerpt(line, request[0].length), ' ')
    return target !== undefined && collectAddress(collection, target) ? 'url' : null
  }
  if (CREDENTIALS.test(start)) return collectCredentials(collection, line)
  const field = isField(start) ? FIELD.exec(start) : null
  if (field === null) return null
  const [all, name = ''] = field
  const value = trimExcerpt(sliceExcerpt(line, all.length))
  switch (name.toLowerCase()) {
    case 'authorization':
    case 'proxy-authorization':
      return collectCredentials(collection, value)
    case 'cookie':
      collectCookies(collection, value)
      return 'cookie'
    case 'set-cookie':
      collectSetCookie(collection, value)
      return 'set-cookie'
    case 'dpop':
      collection.tokens.push({ excerpt: value, source: 'header DPoP', carrier: 'header' })
      return 'dpop'
    default: {
      const source = `header ${name}`
      const isFound = collectField(collection, { name, source, value, carrier: 'header' })
      return isFound ? 'text' : null
    }
  }
}

function collectCredentials(collection: Collection, value: Excerpt): InputForm | null {
  const found = CREDENTIALS.exec(value.text.slice(0, 128))
  const rest = trimExcerpt(sliceExcerpt(value, found?.[0].length ?? 0))
  if (rest.text === '' || SCHEME_ALONE.test(rest.text.slice(0, 8))) return null
  const scheme = found?.[1]?.toLowerCase()
  if (scheme === 'basic') {
    collection.secrets.push({ excerpt: rest, what: 'password', source: 'Authorization: Basic' })
    return null
  }
  const source = found === null ? 'header Authorization' : `Authorization: ${found[1]}`
  // Words behind the token are not more of it.
  const [first] = /\s/.test(rest.text) ? scanTokens(rest) : []
  collection.tokens.push({ excerpt: first ?? rest, source, carrier: 'authorization' })
  return scheme === 'dpop' ? 'dpop' : 'bearer'
}

/** `https://…` begins like a field. */
function isField(text: string): boolean {
  const found = FIELD.exec(text)
  return found !== null && !text.startsWith('//', found[0].length)
}
