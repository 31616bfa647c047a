// Keys from the issuer that a person named. The address is always theirs, or one that the issuer at
// it announced; nothing that stands in a token is ever fetched.
import { type Algorithm, createKeySet, type JwkSetLike, type KeySet } from '@signet/token'
import { CommandError } from '../failure.ts'
import { fetchJson, NotThereError } from './fetch-json.ts'

const METADATA_MAX_BYTES = 64 * 1024
const KEY_SET_MAX_BYTES = 256 * 1024

export interface IssuerKeys {
  readonly keySet: KeySet
  /** Whether the issuer announces a feed of revocations. */
  readonly hasFeed: boolean
}

interface Question {
  readonly issuer: string
  readonly algorithm: Algorithm | undefined
}

/** Discovery and key set, each announced on stderr before it is fetched. @throws CommandError */
export async function fetchIssuerKeys({ issuer, algorithm }: Question): Promise<IssuerKeys> {
  checkIssuer(issuer)
  const metadata = await fetchMetadata(issuer)
  // Byte for byte: an issuer that is spelt differently is another issuer (RFC 8414, section 3.3).
  if (metadata['issuer'] !== issuer) {
    throw unavailable('who answers calls itself by another name than --issuer')
  }
  const url = parseAnnouncedUrl(metadata['jwks_uri'], issuer)
  const set = await fetchJson({ url, maxBytes: KEY_SET_MAX_BYTES })
  const keySet = createKeySet(set as JwkSetLike, algorithm === undefined ? {} : { algorithm })
  if (keySet.size === 0)
    throw unavailable('the key set of the issuer holds no key that can be used')
  if (keySet.keys().some((key) => key.kind === 'secret')) {
    throw unavailable('the issuer publishes a secret: whoever reads it can sign')
  }
  return { keySet, hasFeed: metadata['revocation_stream_endpoint'] !== undefined }
}

function checkIssuer(issuer: string): void {
  if (URL.canParse(issuer) && !/[?#]/.test(issuer) && isSafe(new URL(issuer))) return
  throw new CommandError(
    '--fetch-keys needs an --issuer that is an https address without query or fragment (http on this machine alone)',
  )
}

/** OpenID Connect Discovery 1.0, section 4.1, appends; RFC 8414, section 3.1, inserts. */
async function fetchMetadata(issuer: string): Promise<Readonly<Record<string, unknown>>> {
  const base = issuer.replace(/\/$/, '')
  const { origin, pathname } = new URL(base)
  const path = pathname === '/' ? '' : pathname
  const openid = new URL(`${base}/.well-known/openid-configuration`)
  const oauth = new URL(`${origin}/.well-known/oauth-authorization-server${path}`)
  const document = await fetchJson({ url: openid, maxBytes: METADATA_MAX_BYTES }).catch(
    (error: unknown) => {
      if (!(error instanceof NotThereError)) throw error
      return fetchJson({ url: oauth, maxBytes: METADATA_MAX_BYTES })
    },
  )
  if (typeof document === 'object' && document !== null) return { ...document }
  throw unavailable('the issuer answers no metadata')
}

/** One that came over https never leads to plain http, not even on this machine. */
export function parseAnnouncedUrl(value: unknown, issuer: string): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  const isDowngrade = url?.protocol === 'http:' && issuer.startsWith('https:')
  if (url === null || !isSafe(url) || isDowngrade) {
    throw unavailable('the issuer announces an address for its keys that is not safe to fetch')
  }
  return url
}

const LOOPBACK = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/

export function isSafe(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
}

function unavailable(message: string): CommandError {
  return new CommandError(message, 'unavailable')
}
