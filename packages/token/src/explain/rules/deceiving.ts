// Texts that are not what they look like to whoever reads them, or not the same to two programs.
import { isObject, type TokenContext } from '../context.ts'
import type { JsonValue } from '../explanation.ts'
import { hitIf, type Rule } from './rule.ts'

const COMPARED = [
  ['header', 'typ'],
  ['header', 'kid'],
  ['payload', 'iss'],
  ['payload', 'sub'],
  ['payload', 'aud'],
] as const
/** Zero width, soft hyphen, direction, tags: nothing of them is seen. */
const INVISIBLE =
  /[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/u
const HOST = /^[a-z][a-z0-9+.-]{0,20}:\/\/([^/?#\s]{1,253})/i
const LATIN = /\p{Script=Latin}/u
const LOOKALIKE = /\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Armenian}|\p{Script=Cherokee}/u

export const DECEIVING_RULES: readonly Rule<TokenContext>[] = [
  {
    id: 'text-invisible-characters',
    area: 'claims',
    severity: 'error',
    title: 'Characters that are not seen, or turn the direction of the text',
    why: 'A person sees another name than the program compares.',
    remedy: 'Refuse it where it is issued.',
    reference: 'Unicode UTS 39, CVE-2021-42574',
    check: (context) => find(context, (text) => INVISIBLE.test(text)),
  },
  {
    id: 'name-control-characters',
    area: 'claims',
    severity: 'error',
    title: 'Control characters in the name of a member',
    why: 'Names are written into logs and headers too, where a line break begins a new one.',
    remedy: 'Refuse it where it is issued.',
    reference: 'CWE-93, CWE-117',
    check: (context) => find(context, (text, isName) => isName && /\p{Cc}/u.test(text)),
  },
  {
    id: 'host-mixed-scripts',
    area: 'claims',
    severity: 'error',
    title: 'A host with letters of several scripts that look alike',
    why: 'It looks like a host that is trusted, and is another.',
    remedy: 'Compare addresses as texts, and write hosts in their ASCII form (xn--).',
    reference: 'Unicode UTS 39 5.1, RFC 5890',
    check: (context) =>
      find(context, (text) => {
        const host = HOST.exec(text)?.[1] ?? ''
        return host.split('.').some((label) => LATIN.test(label) && LOOKALIKE.test(label))
      }),
  },
  {
    id: 'text-spaces-around',
    area: 'claims',
    severity: 'warning',
    title: 'White space before or behind a text that is compared',
    why: 'Whoever trims it sees another text than who does not.',
    remedy: 'Write it without, and compare it exactly.',
    reference: 'RFC 7519 2, 4.1.1',
    check: ({ token: { header, claims } }) =>
      COMPARED.flatMap(([part, name]) => {
        const value = (part === 'header' ? header : claims)?.[name]
        const texts = Array.isArray(value) ? value : [value]
        const isFound = texts.some((text) => typeof text === 'string' && text.trim() !== text)
        return hitIf(isFound, { at: [part, name] })
      }),
  },
]

type Question = (text: string, isName: boolean) => boolean
type Path = readonly (string | number)[]

/** Where in header and claims a name or a text is what is asked for. */
function find({ token: { header, claims } }: TokenContext, is: Question): { at: Path }[] {
  const hits: { at: Path }[] = []
  const visit = (value: JsonValue | undefined, at: Path): void => {
    if (typeof value === 'string' && is(value, false)) hits.push({ at })
    if (Array.isArray(value))
      for (const [index, item] of value.entries()) visit(item, [...at, index])
    if (!isObject(value ?? null)) return
    for (const [name, item] of Object.entries(value ?? {})) {
      if (is(name, true)) hits.push({ at: [...at, name] })
      visit(item as JsonValue, [...at, name])
    }
  }
  visit(header ?? undefined, ['header'])
  visit(claims ?? undefined, ['payload'])
  return hits
}
