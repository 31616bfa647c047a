// What was found in an input, and how it travelled.
import type { InputForm } from '../explanation.ts'
import type { JsonNode } from '../read/json.ts'
import type { Excerpt } from './excerpt.ts'

export type Carrier = 'authorization' | 'header' | 'cookie' | 'set-cookie' | 'url' | 'body' | 'text'

export interface CarriedToken {
  readonly excerpt: Excerpt
  /** Such as `access_token` or `cookie session`. */
  readonly source: string | null
  readonly carrier: Carrier
}

/** Something beside the tokens that must not be shown either. */
export interface CarriedSecret {
  readonly excerpt: Excerpt
  readonly what: 'password' | 'secret' | 'private-key' | 'cookie'
  readonly source: string
}

export interface SetCookie {
  readonly name: Excerpt
  readonly line: Excerpt
  /** Names in lower case; null for an attribute without a value. */
  readonly attributes: ReadonlyMap<string, string | null>
  readonly holdsToken: boolean
}

export interface Address {
  readonly excerpt: Excerpt
  readonly holdsToken: boolean
}

export interface Collection {
  readonly tokens: CarriedToken[]
  readonly secrets: CarriedSecret[]
  readonly setCookies: SetCookie[]
  /** Where requests go to, and links. */
  readonly addresses: Address[]
  /** `--insecure` and the like, as they stand. */
  readonly insecureSwitches: Excerpt[]
  readonly notes: string[]
  /** The whole answer when it was JSON. */
  json: JsonNode | null
}

export interface Recognised extends Collection {
  readonly form: InputForm
  readonly words: string
  /** All of the input, as text. */
  readonly whole: Excerpt
  /** The same without the line breaks within tokens. */
  readonly joined: Excerpt
  /** Of the input: code units of text, or bytes. */
  readonly size: number
}

export function createCollection(): Collection {
  return {
    tokens: [],
    secrets: [],
    setCookies: [],
    addresses: [],
    insecureSwitches: [],
    notes: [],
    json: null,
  }
}
