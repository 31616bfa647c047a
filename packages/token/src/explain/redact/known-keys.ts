// Secrets that can be known by their looks, in any text. Every repetition is bounded and begins at
// a letter that nothing else begins with: one pass, whatever the text.
import type { PlaceholderKind } from './placeholders.ts'

export interface Leftover {
  readonly kind: PlaceholderKind
  /** In the text that was looked through. */
  readonly start: number
  readonly end: number
  /** For what stood bare in JSON and is to be a text now. */
  readonly isQuoted?: boolean
}

/** The group of each is what must not be shown. */
const PATTERNS: readonly (readonly [PlaceholderKind, RegExp])[] = [
  ['secret', /(?<![A-Za-z0-9])((?:AKIA|ASIA)[A-Z0-9]{12,40})(?![A-Za-z0-9])/dg],
  ['secret', /(?<![A-Za-z0-9])((?:gh[opsur]_|npm_|dop_v1_|shpat_)[A-Za-z0-9]{16,255})/dg],
  ['secret', /(?<![A-Za-z0-9])((?:github_pat_|glpat-|xox[abeprs]-|xapp-)[\w-]{10,255})/dg],
  ['secret', /(?<![A-Za-z0-9])((?:[sr]k_(?:live|test)_|whsec_|pk_live_)[\w+/=]{8,255})/dg],
  ['secret', /(?<![A-Za-z0-9])((?:sk-(?:ant|proj)-|pypi-|AIza|ya29\.|hvs\.)[\w.-]{16,512})/dg],
  ['secret', /(?<![A-Za-z0-9])(SG\.[\w-]{8,64}\.[\w-]{8,128}|AGE-SECRET-KEY-1\w{16,128})/dg],
  ['token', /(?<![A-Za-z0-9])(rt_[\w-]{24,512})/dg],
  [
    'password',
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/?#@:'"<>]{0,200}:([^\s/?#'"<>]{1,200})@/dgi,
  ],
  ['secret', /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}:\/\/([^\s/?#@:'"<>]{16,200})@/dgi],
  ['token', /\b(?:Bearer|DPoP) {1,4}(?=[a-z.~+/=-]*[\dA-Z_])([\w.~+/=-]{16,8192})/dg],
  ['password', /\bBasic {1,4}(?=[a-z+/-]*[\dA-Z=])([\w+/=-]{8,4096})/dg],
  [
    'password',
    /(?<=\s)(?:-[uUaE] ?|--(?:user|proxy-user|auth|cert|proxy-cert)[ =] ?)['"]?([^\s'"/]{0,200}:[^\s'"]{1,200})/dg,
  ],
  [
    'password',
    /(?<=\s)--(?:pass|password|http-password|ftp-password|proxy-password|proxy-pass)[ =] ?['"]?([^\s'"]{1,200})/dg,
  ],
  [
    'email',
    /(?<![\w.+%-])((?!person-\d)[\w.+%-]{1,64}@(?!redacted\.example)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,6}\.[a-z]{2,24})(?![\w@])/dgi,
  ],
]

export function listKnownKeys(text: string): readonly Leftover[] {
  return PATTERNS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].flatMap(({ indices }): readonly Leftover[] => {
      const range = indices?.[1]
      return range === undefined ? [] : [{ kind, start: range[0], end: range[1] }]
    }),
  )
}
