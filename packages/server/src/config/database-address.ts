// Where the database is.
import { isAbsolute, resolve } from 'node:path'
import { HiddenUrl } from './hidden-url.ts'

export type DatabaseAddress =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly server: HiddenUrl }

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
  return { kind: 'postgres', server: new HiddenUrl(url) }
}
