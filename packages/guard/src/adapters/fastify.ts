import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal } from '../errors.ts'
import type { Guard } from '../guard.ts'
import type { Identity } from '../identity.ts'
import type { RouteOptions } from '../route.ts'
import { answerRefusal } from './answer-refusal.ts'
import { decide } from './decide.ts'
import { setIdentity } from './request-identity.ts'

export { findIdentity, identityOf } from './request-identity.ts'

export interface ProtectOptions extends RouteOptions {
  /** Answers a refused request instead of the guard. It cannot let the request through. */
  readonly onError?: (error: Refusal, request: FastifyRequest, reply: FastifyReply) => unknown
}

/** A hook with a callback: a request goes on only when it is called, never by forgetting to. */
export type ProtectHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
) => void

/**
 * An `onRequest` hook for Fastify 5 that lets only allowed requests through and sets
 * `request.identity`.
 *
 * @throws TypeError for wrong options, when the route is made
 */
export function protect(guard: Guard, { onError, ...options }: ProtectOptions = {}): ProtectHook {
  const route = guard.route(options)

  return (request, reply, done) => {
    const ways = {
      allow(identity: Identity | null) {
        if (identity !== null) setIdentity(request, identity)
        done()
      },
      refuse(error: unknown) {
        answerRefusal(guard, error, {
          // As bytes, because Fastify would add a charset to the media type of a text.
          send: ({ status, headers, body }) =>
            reply.code(status).headers(headers).send(Buffer.from(body)),
          onError: onError && ((refusal) => onError(refusal, request, reply)),
        }).catch(done)
      },
    }
    void decide<void>(guard, { source: request.raw, route }, ways)
  }
}
