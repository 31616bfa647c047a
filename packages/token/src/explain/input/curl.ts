import { collectAddress } from './address.ts'
import { collectBody } from './body.ts'
import type { Collection } from './collection.ts'
import { collectCookies } from './cookies.ts'
import { type Excerpt, sliceExcerpt } from './excerpt.ts'
import { collectHeader } from './http-headers.ts'
import { splitShellWords } from './shell-words.ts'

type Take = (collection: Collection, value: Excerpt) => void

const takeBody: Take = (collection, value) => void collectBody(collection, value)
const takeHeader: Take = (collection, value) => void collectHeader(collection, value)
const takeBearer: Take = (collection, excerpt) => {
  collection.tokens.push({ excerpt, source: '--oauth2-bearer', carrier: 'authorization' })
}
const takeUser: Take = (collection, excerpt) => {
  collection.secrets.push({ excerpt, what: 'password', source: '--user' })
}
const takeNothing: Take = () => {}

/** Options with a value of interest, and those whose value would be taken for an address. */
const OPTIONS: ReadonlyMap<string, Take> = new Map([
  ['-H', takeHeader],
  ['--header', takeHeader],
  ['-b', collectCookies],
  ['--cookie', collectCookies],
  ['--oauth2-bearer', takeBearer],
  ['-u', takeUser],
  ['--user', takeUser],
  ['-U', takeUser],
  ['--proxy-user', takeUser],
  ['-d', takeBody],
  ['--data', takeBody],
  ['--data-raw', takeBody],
  ['--data-ascii', takeBody],
  ['--data-binary', takeBody],
  ['--data-urlencode', takeBody],
  ['--json', takeBody],
  ['-F', takeBody],
  ['--form', takeBody],
  ['--form-string', takeBody],
  ['--url', (collection, value) => void collectAddress(collection, value)],
  ['-X', takeNothing],
  ['--request', takeNothing],
  ['-o', takeNothing],
  ['--output', takeNothing],
  ['-A', takeNothing],
  ['--user-agent', takeNothing],
  ['-e', takeNothing],
  ['--referer', takeNothing],
  ['-x', takeNothing],
  ['--proxy', takeNothing],
  ['-m', takeNothing],
  ['--max-time', takeNothing],
  ['-w', takeNothing],
  ['--write-out', takeNothing],
  ['--cacert', takeNothing],
  ['--resolve', takeNothing],
])
const INSECURE = ['-k', '--insecure', '--proxy-insecure']
const MAX_WORDS = 1000

export function looksLikeCurl(text: string): boolean {
  return /^(?:\$ )?curl(?:\.exe)?\s/.test(text.slice(0, 16))
}

export function collectCurl(collection: Collection, command: Excerpt): void {
  const words = splitShellWords(command).slice(0, MAX_WORDS)
  for (let at = 0; at < words.length; at++) {
    const word = words[at]
    if (word === undefined || /^(?:\$|curl(?:\.exe)?)$/.test(word.text)) continue
    const option = splitOption(word)
    if (option !== null) {
      const value = option.value ?? words[++at]
      if (value !== undefined) option.take(collection, value)
    } else if (isInsecure(word.text)) {
      collection.insecureSwitches.push(word)
    } else if (!word.text.startsWith('-')) {
      collectAddress(collection, word)
    }
  }
}

/** `-H value`, `-Hvalue`, `--header value`, `--header=value`. */
function splitOption(word: Excerpt): { take: Take; value: Excerpt | null } | null {
  const { text } = word
  const whole = OPTIONS.get(text)
  if (whole !== undefined) return { take: whole, value: null }
  const equals = text.startsWith('--') ? text.indexOf('=') : -1
  const length = text.startsWith('--') ? equals : 2
  const take = length > 0 && text.startsWith('-') ? OPTIONS.get(text.slice(0, length)) : undefined
  if (take === undefined) return null
  return { take, value: sliceExcerpt(word, equals > 0 ? equals + 1 : 2) }
}

/** Also within switches that are written together: `-sk`. */
function isInsecure(text: string): boolean {
  return INSECURE.includes(text) || /^-[fgiIlLnsSv]{0,8}k[fgiIlLnsSv]{0,8}$/.test(text)
}
