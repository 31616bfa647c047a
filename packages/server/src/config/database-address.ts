// Where the database is. A PostgreSQL address may carry a password, so it shows nothing of itself.
import { isAbsolute, resolve } from 'node:path'

export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly server: PostgresAddress }

/** The address of a PostgreSQL database. Logged or printed it is host and database name only. */
export class PostgresAddress {
  readonly #url: string
  /** Host, port and database, fit to be shown. */
  readonly name: string

  constructor(url: URL) {
    this.#url = url.href
    this.name = `${url.host}${url.pathname}`
  }

  /** The whole address, password included: for the driver alone. */
  reveal(): string {
    return this.#url
  }

  toJSON(): string {
    return this.name
  }
}

/** `sqlite:` and a file, or `postgres://user:password@host:port/database`; null for anything else. */
export function parseDatabaseAddress(text: string, workingFolder: string): DatabaseAddress | null {
  if (text.startsWith('sqlite:')) {
    const path = text.slice('sqlite:'.length)
    if (path === '' || path.endsWith('/') || path.startsWith('//')) return null
    if (path.includes('\0') || path.includes(':memory:')) return null
    return { kind: 'sqlite', path: isAbsolute(path) ? path : resolve(workingFolder, path) }
  }
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) return null
  if (url.hostname === '' || url.pathname.length < 2) return null
  return { kind: 'postgres', server: new PostgresAddress(url) }
}
