// What was pasted? Order matters: what has a form of its own goes before what is found in any text.
import type { InputForm } from '../explanation.ts'
import { readJson } from '../read/json.ts'
import { readUtf8 } from '../read/utf8.ts'
import { collectAddress } from './address.ts'
import { collectMembers, looksLikeJson } from './body.ts'
import { joinBrokenTokens } from './broken-tokens.ts'
import { type Collection, createCollection, type Recognised } from './collection.ts'
import { collectCookies, collectSetCookie } from './cookies.ts'
import { collectCurl, looksLikeCurl } from './curl.ts'
import { type Excerpt, trimExcerpt } from './excerpt.ts'
import { collectForm, withoutQuotes } from './fields.ts'
import { collectHeaders, looksLikeHeaders } from './http-headers.ts'
import { joinLines } from './join-lines.ts'
import { collectPrivateKeys } from './pem.ts'
import { beginsLikeToken, scanTokens } from './scan.ts'

/** Nothing that travels in a header is a hundredth of that. */
export const MAX_INPUT = 1_048_576

/** More than anybody reads. */
const MAX_TOKENS = 20

const AFTER_SCHEME =
  /^(?:(?:proxy-)?authorization:[ \t]*)?(?:(?:bearer|dpop|jwt|token)[ \t]+)*(\S[^\r\n]{0,128})$/i
const UNEXPANDED =
  /^(?:null|undefined|None|nil|NaN|\[object \w+\]|\$\w+|\$\{[^}]{1,64}\}|\{\{[^}]{1,64}\}\}|%\w+%|<[\w -]*token>?)$/

interface Verdict {
  readonly form: InputForm
  readonly words: string
}

/** @throws TypeError for what is neither text nor bytes */
export function recogniseInput(input: string | Uint8Array): Recognised {
  const isText = typeof input === 'string'
  // By its tag and not by its class, of which every frame of a page has one of its own.
  if (!isText && Object.prototype.toString.call(input) !== '[object Uint8Array]') {
    throw new TypeError('expected text or bytes')
  }
  const collection = createCollection()
  const size = input.length
  if (size > MAX_INPUT) {
    const words = 'More than 1 MiB: too large to be looked into.'
    const whole: Excerpt = { text: isText ? input : '', origin: 0 }
    return { form: 'unknown', words, ...collection, whole, joined: whole, size }
  }
  const whole: Excerpt = { text: isText ? input : readUtf8(input).text, origin: 0 }
  const { joined, hadLines } = joinBrokenTokens(whole)
  if (hadLines) collection.notes.push('Line breaks were left out.')
  collectPrivateKeys(collection, whole)
  const verdict = recogniseInto(collection, joined)
  return { ...verdict, ...collection, whole, joined, size }
}

function recogniseInto(collection: Collection, whole: Excerpt): Verdict {
  const excerpt = withoutQuotes(whole)
  const { text } = excerpt
  if (text === '') return { form: 'unknown', words: 'Nothing: the text is empty.' }
  if (/^(?:\ufffd\ufffd|\ufeff)?[ -~]\0|^(?:\ufffd\ufffd)?\0[ -~]/.test(text.slice(0, 4))) {
    return { form: 'unknown', words: 'Text in UTF-16: save it as UTF-8 and try again.' }
  }
  if (text.includes('\0')) {
    return { form: 'unknown', words: 'Not text: it has bytes that no text has.' }
  }
  if (isUnexpanded(text)) {
    const words = 'No token: the variable was empty, or was not expanded.'
    return { form: 'unknown', words }
  }
  return (
    recogniseCommand(collection, trimExcerpt(whole)) ??
    (looksLikeJson(text) ? recogniseJson(collection, excerpt) : null) ??
    recogniseAddress(collection, excerpt) ??
    recogniseHeaders(collection, excerpt) ??
    recogniseForm(collection, excerpt) ??
    recogniseCookies(collection, excerpt) ??
    recogniseToken(collection, excerpt) ??
    recogniseText(collection, excerpt)
  )
}

/** What programs and shells write in the place of a token that they do not have. */
function isUnexpanded(text: string): boolean {
  const [, value = ''] = AFTER_SCHEME.exec(text.slice(0, 256)) ?? []
  return UNEXPANDED.test(value)
}

function recogniseCommand(collection: Collection, excerpt: Excerpt): Verdict | null {
  if (!looksLikeCurl(excerpt.text)) return null
  collectCurl(collection, excerpt)
  return { form: 'curl', words: `A curl command with ${countTokens(collection)}.` }
}

function recogniseJson(collection: Collection, text: Excerpt): Verdict | null {
  const { root, problems } = readJson(text.text)
  if (root === null) {
    collection.notes.push(
      `It begins like JSON and is none. ${problems.at(-1)?.detail ?? ''}`.trim(),
    )
    return null
  }
  collection.json = root
  const names = new Set(root.members?.map(({ name }) => name))
  if (names.has('keys')) return { form: 'key-set', words: 'A key set (JWKS).' }
  if (names.has('kty')) return { form: 'key', words: 'A key (JWK).' }
  if (names.has('payload') && (names.has('signatures') || names.has('signature'))) {
    const words =
      'A signature in JSON form (RFC 7515 7.2), which is no JWT and which verifiers of JWTs must refuse.'
    return { form: 'unknown', words }
  }
  const isFound = collectMembers(collection, { text, node: root, depth: 0 })
  if (collection.tokens.length > 0) {
    return { form: 'token-response', words: `A JSON answer with ${countTokens(collection)}.` }
  }
  if (['iss', 'sub', 'exp', 'aud', 'alg'].some((name) => names.has(name))) {
    const words = 'What a token says and not the token: signature and spelling are gone.'
    return { form: 'unknown', words }
  }
  return { form: 'unknown', words: `JSON without a token${isFound ? ', but with a secret' : ''}.` }
}

function recogniseAddress(collection: Collection, excerpt: Excerpt): Verdict | null {
  if (!/^[a-z][a-z0-9+.-]{0,30}:\/\/\S/i.test(excerpt.text.slice(0, 40))) return null
  if (/\s/.test(excerpt.text)) return null
  collectAddress(collection, excerpt)
  return { form: 'url', words: `An address with ${countTokens(collection)}.` }
}

function recogniseHeaders(collection: Collection, excerpt: Excerpt): Verdict | null {
  if (!looksLikeHeaders(excerpt.text)) return null
  const form = collectHeaders(collection, excerpt)
  if (form === null) return null
  const name = form === 'set-cookie' || form === 'cookie' ? 'cookies' : 'an HTTP header'
  return { form, words: `${countTokens(collection, { isFirst: true })} in ${name}.` }
}

/** Without the name of the header: known by attributes, or by several pairs and a token. */
function recogniseCookies(collection: Collection, excerpt: Excerpt): Verdict | null {
  const { text } = excerpt
  if (!/^[^\s=;,.]{1,128}=/.test(text.slice(0, 130)) || text.includes('\n')) return null
  if (/;\s?(?:path|domain|expires|max-age|httponly|secure|samesite)\b/i.test(text)) {
    collectSetCookie(collection, excerpt)
    return {
      form: 'set-cookie',
      words: `${countTokens(collection, { isFirst: true })} in a cookie that is set.`,
    }
  }
  const before = collection.secrets.length
  collectCookies(collection, excerpt)
  if (collection.tokens.length > 0) {
    return { form: 'cookie', words: `${countTokens(collection, { isFirst: true })} in cookies.` }
  }
  collection.secrets.length = before
  return null
}

/** The body of a form, or what stands behind the `?` of an address. */
function recogniseForm(collection: Collection, excerpt: Excerpt): Verdict | null {
  const { text } = excerpt
  if (!/^[\w.-]{1,64}=/.test(text.slice(0, 65)) || !text.includes('&') || /[\s;]/.test(text)) {
    return null
  }
  collectForm(collection, excerpt, 'body')
  if (collection.tokens.length + collection.secrets.length === 0) return null
  return { form: 'text', words: `A form with ${countTokens(collection)}.` }
}

function recogniseToken(collection: Collection, excerpt: Excerpt): Verdict | null {
  const { joined, hadLines } = joinLines(excerpt)
  const { text } = joined
  const isOneWord = !/\s/.test(text)
  if (isOneWord ? !looksLikeToken(text) : !isBrokenToken(joined)) return null
  // Something around it that is no wrapping we know.
  if (!beginsLikeToken(text) && scanTokens(joined).length > 0) return null
  // Whole tokens with lines around them are not one that was broken.
  if (hadLines && scanTokens(excerpt).length > 0) return null
  if (hadLines) collection.notes.push('Line breaks were left out.')
  collection.tokens.push({ excerpt: joined, source: null, carrier: 'text' })
  return { form: 'token', words: 'A token.' }
}

/** By its beginning, or by as many dots as tokens have. */
function looksLikeToken(text: string): boolean {
  if (beginsLikeToken(text)) return true
  const dots = text.split('.', 6).length - 1
  return (dots === 2 || dots === 4) && !/[@:\\]/.test(text)
}

/** Begins like one, has spaces in it, and there is no whole one to be found. */
function isBrokenToken(excerpt: Excerpt): boolean {
  return beginsLikeToken(excerpt.text) && scanTokens(excerpt).length === 0
}

function recogniseText(collection: Collection, excerpt: Excerpt): Verdict {
  const found = scanTokens(excerpt)
  for (const token of found.slice(0, MAX_TOKENS)) {
    collection.tokens.push({ excerpt: token, source: null, carrier: 'text' })
  }
  if (found.length > MAX_TOKENS) {
    collection.notes.push(`Of ${found.length} tokens the first ${MAX_TOKENS} are explained.`)
  }
  if (collection.tokens.length > 0) {
    return { form: 'text', words: `A text with ${countTokens(collection)} in it.` }
  }
  const words = /^[^\s.]+$/.test(excerpt.text)
    ? 'No JWT: it has no dots. An opaque token, perhaps, that only its issuer can read.'
    : 'No token was found in it.'
  return { form: 'unknown', words }
}

function countTokens({ tokens }: Collection, { isFirst = false } = {}): string {
  if (tokens.length === 0) return isFirst ? 'No token' : 'no token'
  if (tokens.length === 1) return isFirst ? 'A token' : 'a token'
  return `${tokens.length} tokens`
}
