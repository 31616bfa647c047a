import type { FastifyRequest } from 'fastify'
import type { ClientRight } from '../clients/client.ts'
import type { AuthenticatedClient } from '../clients/clients.ts'
import { AuthorityError } from '../errors.ts'
import { findBasicCredentials } from '../http/basic-credentials.ts'
import { clientAddressOf } from '../http/client-address.ts'
import type { RouteParts } from './route-parts.ts'

/**
 * How routes know the client that calls: by HTTP Basic, or by `client_id` and `client_secret` in a
 * form, never by both and never by its address (RFC 6749, section 2.3.1). `right` is what it must
 * have been given. A right secret is never kept waiting by others' wrong ones.
 * @throws (from the check) AuthorityError `client_invalid`, `client_not_allowed`, `request_invalid`,
 * `too_many_attempts` (only for one who is refused)
 */
export function createClientCheck({ clients, guessLimits }: RouteParts) {
  return async (
    request: FastifyRequest,
    right: ClientRight | null,
  ): Promise<AuthenticatedClient> => {
    const credentials = findCredentials(request)
    const found = await clients.authenticate(credentials)
    if (found === null) {
      const address = clientAddressOf(request)
      await guessLimits.countClientRefusal({ address })
      await clients.recordRefusal({ id: credentials.id, address })
      throw new AuthorityError('client_invalid')
    }
    if (right !== null && !found.client.rights.includes(right)) {
      const detail = `The client does not have the right "${right}".`
      throw new AuthorityError('client_not_allowed', { detail })
    }
    return found
  }
}

function findCredentials(request: FastifyRequest): { id: string; secret: string } {
  const basic = findBasicCredentials(request.raw)
  const form = (request.body ?? {}) as Readonly<Record<string, unknown>>
  const { client_id: id, client_secret: secret, client_assertion: assertion } = form
  if (basic !== null) {
    if (secret !== undefined || assertion !== undefined || (id !== undefined && id !== basic.id)) {
      throw new AuthorityError('request_invalid', {
        detail: 'Say who the client is in one way: in the Authorization header or in the body.',
      })
    }
    return basic
  }
  if (typeof id === 'string' && typeof secret === 'string') return { id, secret }
  throw new AuthorityError('client_invalid', { message: 'no client id and secret were given' })
}
