// What a slow or silent client can hold, and for how long. A proxy in front waits for whole requests
// itself; this is for the authority that stands alone, and for a proxy that does not.
import type { FastifyInstance } from 'fastify'

/** Browsers send a request's headers in one piece; this is for a lost packet or two. */
const HEADERS_TIMEOUT_MS = 10_000

/** The whole request: 64 KiB, the largest body, at 2 KiB a second. */
const REQUEST_TIMEOUT_MS = 30_000

/** An answer must be taken within this, by however small pieces it is read. */
const ANSWER_TIMEOUT_MS = 30_000

/**
 * Longer than the 60 s for which usual proxies keep a connection: whoever closes first must not be the
 * one that is about to be sent a request.
 */
const KEEP_ALIVE_TIMEOUT_MS = 72_000

/** Beyond it new connections are closed at once. An open one takes some 20 KiB, so all of them 200 MiB. */
const MAX_CONNECTIONS = 10_000

export const CONNECTION_OPTIONS = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
  http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 1_000 },
} as const

/** Called before routes. Streams that outlive a request (`hijack`) watch over their own readers. */
export function limitConnections(app: FastifyInstance): void {
  app.server.maxConnections = MAX_CONNECTIONS
  app.addHook('onSend', async (_request, { raw }) => {
    const timer = setTimeout(() => raw.destroy(), ANSWER_TIMEOUT_MS).unref()
    raw.once('close', () => clearTimeout(timer))
  })
}
