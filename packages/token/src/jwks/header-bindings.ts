// What a header means for one key or key set, remembered by its text: issuers send the same
// header with every token, so it is parsed, judged and bound to its key once.
import { writeBase64url } from '../bytes/base64url.ts'
import { type AsciiPrefix, createAsciiPrefix, startsWithPrefix } from '../bytes/scratch.ts'
import { deepFreeze } from '../freeze.ts'
import type { Key } from '../jwk/key.ts'
import { notCanonical } from '../jws/compact.ts'
import { parseHeader, type TokenHeader } from '../jws/header.ts'
import { type SignatureCheck, signatureCheckOf } from '../jws/signature.ts'
import type { KeySet } from './key-set.ts'
import { selectKey } from './select-key.ts'

export interface HeaderBinding {
  /** The header part of the token, as it travels. */
  readonly text: string
  /** The same with the dot behind it. */
  readonly prefix: AsciiPrefix
  /** Frozen: every token with this header shares it. */
  readonly header: TokenHeader
  readonly key: Key
  readonly check: SignatureCheck
}

// A handful per issuer is usual. Only headers of genuine tokens are remembered, so nobody but the
// issuer can fill this.
const MAX_BINDINGS = 64
const MAX_TEXT_LENGTH = 1024

const bindingsByKeys = new WeakMap<Key | KeySet, HeaderBindings>()

export function headerBindingsOf(keys: Key | KeySet): HeaderBindings {
  let bindings = bindingsByKeys.get(keys)
  if (bindings === undefined) {
    bindings = new HeaderBindings(keys)
    bindingsByKeys.set(keys, bindings)
  }
  return bindings
}

export class HeaderBindings {
  readonly #keys: Key | KeySet
  readonly #known = new Map<string, HeaderBinding>()
  #last: HeaderBinding | null = null

  constructor(keys: Key | KeySet) {
    this.#keys = keys
  }

  /** The remembered binding of the header of a token that lies in the scratch, or null. */
  find(token: string, headerLength: number): HeaderBinding | null {
    const last = this.#last
    if (last !== null && startsWithPrefix(last.prefix)) return last
    const known = this.#known.get(token.slice(0, headerLength)) ?? null
    if (known !== null) this.#last = known
    return known
  }

  /**
   * Parses and binds a header that is not remembered. The text must be ASCII.
   *
   * @throws TokenError
   */
  bind(text: string): HeaderBinding {
    const bytes = Buffer.allocUnsafe(text.length)
    const length = writeBase64url(text, bytes)
    if (length < 0) throw notCanonical()
    const header = deepFreeze(parseHeader(bytes.subarray(0, length)))
    const key = selectKey(this.#keys, header)
    const prefix = createAsciiPrefix(`${text}.`)
    return { text, prefix, header, key, check: signatureCheckOf(key) }
  }

  /** To be called only after a signature under this header held. */
  remember(binding: HeaderBinding): void {
    this.#last = binding
    if (this.#known.has(binding.text) || binding.text.length > MAX_TEXT_LENGTH) return
    if (this.#known.size >= MAX_BINDINGS) this.#known.clear()
    this.#known.set(binding.text, binding)
  }
}
