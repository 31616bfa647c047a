import type { JsonValue, PrivateKind } from '../explanation.ts'

/** What is known about a name in a header or among claims. */
export interface Term {
  readonly title: string
  /** A sentence; what a reader is to make of it. */
  readonly means: string
  /** `moment`: epoch seconds. `list`: a list, or a text with names between spaces. */
  readonly reads?: 'moment' | 'list'
  /** What the values are that are worth a word of their own. */
  readonly values?: Readonly<Record<string, string>>
  /** For objects: words of their own, or null for `means`. */
  readonly say?: (value: JsonValue) => string | null
  readonly private?: PrivateKind
  readonly definedBy: string
}

export type Terms = ReadonlyMap<string, Term>

type Entry = Omit<Term, 'definedBy'> & { readonly definedBy?: string }

/** A table of one source; a section number behind it is added to its name. */
export function createTerms(
  source: string,
  entries: Readonly<Record<string, Entry>>,
): readonly (readonly [string, Term])[] {
  return Object.entries(entries).map(([name, { definedBy, ...entry }]) => {
    const where = definedBy === undefined ? source : `${source} ${definedBy}`
    return [name, { ...entry, definedBy: where }] as const
  })
}
