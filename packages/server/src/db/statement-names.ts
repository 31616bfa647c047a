import { createHash } from 'node:crypto'

/** The texts of this program are few and fixed, but for lists; what comes later stays unnamed. */
const MAX_NAMES = 100

/**
 * What a server says when a connection does not have the statements that were prepared on it, or
 * has them from somebody else: a pooler stands between that hands connections from hand to hand; or
 * a newer version changed a table under this one.
 */
const MISPLACED = new Set(['26000', '42P05', '0A000'])

/** Under which names PostgreSQL keeps statements parsed and planned, connection by connection. */
export class StatementNames {
  readonly #names = new Map<string, string>()
  #isTrusted = true

  /** Undefined where a statement is to be parsed each time. One name never stands for two texts. */
  find(text: string): string | undefined {
    if (!this.#isTrusted) return undefined
    const known = this.#names.get(text)
    if (known !== undefined || this.#names.size >= MAX_NAMES) return known
    const name = `signet_${createHash('sha256').update(text).digest('base64url').slice(0, 32)}`
    this.#names.set(text, name)
    return name
  }

  /** No statement is named any more once one was not where it had been put. */
  judge(error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (typeof code === 'string' && MISPLACED.has(code)) this.#isTrusted = false
  }
}
