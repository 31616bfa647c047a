import type { IncomingMessage, ServerResponse } from 'node:http'
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
  readonly onError?: (error: Refusal, request: IncomingMessage, response: ServerResponse) => unknown
}

/** Written without Express's own types, so that a route keeps the types of its parameters. */
export type ProtectHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void | Promise<void>

/**
 * Middleware for Express 5 that lets only allowed requests through and sets `req.identity`.
 *
 * @throws TypeError for wrong options, when the route is made
 */
export function protect(
  guard: Guard,
  { onError, ...options }: ProtectOptions = {},
): ProtectHandler {
  const route = guard.route(options)
  return (request, response, next) => {
    const ways = {
      allow(identity: Identity | null) {
        if (identity !== null) setIdentity(request, identity)
        next()
      },
      async refuse(error: unknown) {
        await answerRefusal(guard, error, {
          send: ({ status, headers, body }) => response.writeHead(status, headers).end(body),
          onError: onError && ((refusal) => onError(refusal, request, response)),
        }).catch(next)
      },
    }
    return decide<void>(guard, { source: request, route }, ways)
  }
}
