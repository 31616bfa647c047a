import type { FastifyRequest } from 'fastify'
import { clientAddressOf } from '../http/client-address.ts'
import { addressBlockOf } from '../limits/address-block.ts'
import type { Follower } from '../revocation/feed.ts'
import { createClientCheck } from './client-check.ts'
import type { RouteParts } from './route-parts.ts'

/**
 * Who follows the feed: a client with the right to, or, where the feed is open, whoever asks, known
 * by the address block.
 * @throws (from the check) what the check of a client throws
 */
export function createFeedAccess(
  parts: RouteParts,
): (request: FastifyRequest) => Promise<Follower> {
  const { config, tail } = parts
  const checkClient = createClientCheck(parts)
  return async (request) => {
    if (config.feedAccess === 'open') {
      return { holder: addressBlockOf(clientAddressOf(request) ?? 'unknown'), client: null }
    }
    // Before the client is read: what the log says of it later is news.
    const since = tail.last?.head ?? ''
    const { client } = await checkClient(request, 'feed')
    return { holder: client.id, client: { id: client.id, since } }
  }
}
