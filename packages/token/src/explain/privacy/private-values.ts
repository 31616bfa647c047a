// What a value gives away by its looks, whatever it is called. Only beginnings are looked at, in
// one pass each: a token can be made to cost whoever reads it.
import type { PrivateKind } from '../explanation.ts'
import { beginsLikeToken } from '../input/scan.ts'

/** Beginnings that makers gave their secrets so that they can be found. */
const SECRET_BEGINNINGS = [
  'AKIA',
  'ASIA',
  'ghp_',
  'gho_',
  'ghu_',
  'ghs_',
  'ghr_',
  'github_pat_',
  'glpat-',
  'xoxb-',
  'xoxp-',
  'xoxa-',
  'xoxr-',
  'xoxs-',
  'xapp-',
  'sk_live_',
  'rk_live_',
  'sk_test_',
  'whsec_',
  'sk-ant-',
  'sk-proj-',
  'AIza',
  'ya29.',
  'npm_',
  'pypi-',
  'dop_v1_',
  'SG.',
  'hvs.',
  'AGE-SECRET-KEY-',
  'shpat_',
  'EAACEdEose',
]
const MIN_SECRET = 16
/** Refresh tokens of Signet. */
const TOKEN_BEGINNINGS = ['rt_']
const EMAIL = /^[^@]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}$/i
const PHONE = /^\+[1-9]\d{7,14}$/
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const IPV6_CHARACTERS = /^[0-9a-f:]{3,39}$/i
/** Visa, Mastercard, American Express, Discover, Diners, JCB. */
const CARD_ISSUERS =
  /^(?:4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3[47]|6(?:011|5|4[4-9])|3(?:0[0-5]|[689])|35(?:2[89]|[3-8]))/
const MAX_LOOKED_AT = 4096

export function privateKindOfValue(value: string | number): PrivateKind | null {
  const text = String(value).slice(0, MAX_LOOKED_AT).trim()
  if (isCard(text)) return 'card'
  if (typeof value === 'number') return null
  if (text.includes('-----BEGIN ') && text.includes('PRIVATE KEY')) return 'private-key'
  if (TOKEN_BEGINNINGS.some((start) => text.startsWith(start) && text.length >= 30)) return 'token'
  if (beginsLikeToken(text) && text.includes('.')) return 'token'
  if (SECRET_BEGINNINGS.some((start) => text.startsWith(start)) && text.length >= MIN_SECRET) {
    return 'secret'
  }
  if (hasUserInfo(text)) return 'password'
  if (hasEmail(text)) return 'email'
  if (PHONE.test(text.length <= 24 ? text.replace(/[ ()-]/g, '') : '')) return 'phone'
  if (text.length <= 39 && (isIpv4(text) || isIpv6(text))) return 'ip-address'
  return null
}

/** Digits that are a card by length, by issuer and by check digit (ISO/IEC 7812). */
function isCard(text: string): boolean {
  if (text.length < 13 || text.length > 23 || !/^[\d -]+$/.test(text)) return false
  const digits = text.replace(/[ -]/g, '')
  if (digits.length < 13 || digits.length > 19 || !CARD_ISSUERS.test(digits)) return false
  let sum = 0
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits.charAt(digits.length - 1 - index))
    const weighed = index % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** `postgres://user:password@host`. */
function hasUserInfo(text: string): boolean {
  return /^[a-z][a-z0-9+.-]{0,30}:\/\/[^/?#@:\s]{0,200}:[^/?#@\s]{1,200}@/i.test(text)
}

/** Alone, or between brackets, bars and commas as in `auth0|ada@example.com`. */
function hasEmail(text: string): boolean {
  if (!text.includes('@')) return false
  return text.split(/[\s,;:|<>()"']+/).some((word) => word.length <= 320 && EMAIL.test(word))
}

function isIpv4(text: string): boolean {
  return IPV4.test(text) && text.split('.').every((part) => Number(part) <= 255)
}

/** Not a time of day, which has colons as well. */
function isIpv6(text: string): boolean {
  if (!IPV6_CHARACTERS.test(text)) return false
  return text.split(':').length === 8 || text.split('::').length === 2
}
