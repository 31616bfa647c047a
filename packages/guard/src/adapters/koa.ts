import type { Middleware, ParameterizedContext } from 'koa'
import type { Refusal } from '../errors.ts'
import type { Guard } from '../guard.ts'
import type { Identity } from '../identity.ts'
import type { RouteOptions } from '../route.ts'
import { answerRefusal } from './answer-refusal.ts'
import { decide } from './decide.ts'
import * as holder from './request-identity.ts'

export interface ProtectOptions extends RouteOptions {
  /** Answers a refused request instead of the guard. It cannot let the request through. */
  readonly onError?: (error: Refusal, context: ParameterizedContext) => unknown
}

/**
 * Middleware for Koa 3 that lets only allowed requests through and sets `ctx.state.identity`.
 *
 * @throws TypeError for wrong options, when the route is made
 */
export function protect(guard: Guard, { onError, ...options }: ProtectOptions = {}): Middleware {
  const route = guard.route(options)
  return (context, next) => {
    const ways = {
      allow(identity: Identity | null): Promise<unknown> {
        if (identity !== null) holder.setIdentity(context.state, identity)
        return next()
      },
      refuse: (error: unknown) =>
        answerRefusal<unknown>(guard, error, {
          send({ status, headers, body }) {
            context.status = status
            context.set(headers)
            context.body = body
          },
          onError: onError && ((refusal) => onError(refusal, context)),
        }),
    }
    return decide<unknown>(guard, { source: context.req, route }, ways)
  }
}

/** The identity that `protect` put there, or null where an optional route has none. */
export function findIdentity(context: { readonly state: object }): Identity | null {
  return holder.findIdentity(context.state)
}

/**
 * The identity that `protect` put there.
 *
 * @throws Error where there is none: the route is not protected, or optional
 */
export function identityOf(context: { readonly state: object }): Identity {
  return holder.identityOf(context.state)
}
