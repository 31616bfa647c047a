import { GuardError } from '../errors.ts'
import type { Metadata } from '../protocol/index.ts'
import { type JsonClient, StatusError } from './json-client.ts'
import { parseAnnouncedUrl } from './safe-url.ts'

const METADATA_MAX_BYTES = 64 * 1024

export interface DiscoveredMetadata {
  keySetUrl: URL
  /** Null when the issuer has no feed. */
  streamUrl: URL | null
  /** Null when the issuer answers no questions about single tokens. */
  introspectionUrl: URL | null
}

/** An issuer's metadata, fetched when first asked for and shared by all who ask. */
export interface Discovery {
  /** @throws GuardError `metadata_invalid`; Error when the issuer cannot be reached */
  get(): Promise<DiscoveredMetadata>
  /** Makes the next `get` fetch again, for when an address stopped working. */
  forget(): void
}

export interface DiscoveryOptions {
  issuer: string
  client: JsonClient
}

export function createDiscovery({ issuer, client }: DiscoveryOptions): Discovery {
  let current: Promise<DiscoveredMetadata> | null = null

  return {
    get() {
      current ??= fetchMetadata(issuer, client).catch((error: unknown) => {
        current = null
        throw error
      })
      return current
    },
    forget() {
      current = null
    },
  }
}

async function fetchMetadata(issuer: string, client: JsonClient): Promise<DiscoveredMetadata> {
  const [openid, oauth] = metadataUrls(issuer)
  try {
    return parseMetadata(await fetchDocument(openid, client), issuer)
  } catch (error) {
    const isAbsent = error instanceof StatusError && error.status >= 400 && error.status < 500
    if (!isAbsent) throw error
  }
  return parseMetadata(await fetchDocument(oauth, client), issuer)
}

async function fetchDocument(url: URL, client: JsonClient): Promise<unknown> {
  const answer = await client.get({ url, maxBytes: METADATA_MAX_BYTES })
  return answer.status === 200 ? answer.body : null
}

/** OpenID Connect Discovery 1.0, section 4.1, appends; RFC 8414, section 3.1, inserts. */
function metadataUrls(issuer: string): [openid: URL, oauth: URL] {
  const base = issuer.replace(/\/$/, '')
  const { origin, pathname } = new URL(base)
  const path = pathname === '/' ? '' : pathname
  return [
    new URL(`${base}/.well-known/openid-configuration`),
    new URL(`${origin}/.well-known/oauth-authorization-server${path}`),
  ]
}

function parseMetadata(document: unknown, issuer: string): DiscoveredMetadata {
  if (typeof document !== 'object' || document === null) throw invalid('no object')
  const metadata: Partial<Record<keyof Metadata, unknown>> = document
  // Byte for byte: an issuer that is spelt differently is another issuer (RFC 8414, section 3.3).
  if (metadata.issuer !== issuer) throw invalid('issuer_mismatch')
  const read = (address: unknown) =>
    address === undefined ? null : parseAnnouncedUrl(address, issuer)
  try {
    return {
      keySetUrl: parseAnnouncedUrl(metadata.jwks_uri, issuer),
      streamUrl: read(metadata.revocation_stream_endpoint),
      introspectionUrl: read(metadata.introspection_endpoint),
    }
  } catch (cause) {
    throw new GuardError('metadata_invalid', { reason: 'unsafe_address', cause })
  }
}

function invalid(reason: string): GuardError {
  return new GuardError('metadata_invalid', { reason })
}
