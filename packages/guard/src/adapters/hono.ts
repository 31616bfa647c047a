import type { Context, MiddlewareHandler } from 'hono'
import type { Refusal } from '../errors.ts'
import type { Guard } from '../guard.ts'
import type { Identity } from '../identity.ts'
import type { RouteOptions } from '../route.ts'
import { answerRefusal } from './answer-refusal.ts'
import { decide } from './decide.ts'
import * as holder from './request-identity.ts'

export interface ProtectOptions extends RouteOptions {
  /** Answers a refused request instead of the guard. It cannot let the request through. */
  readonly onError?: (error: Refusal, context: Context) => Response | Promise<Response>
}

/** Middleware behind which `c.var.identity` has a type. */
export type ProtectMiddleware<I> = MiddlewareHandler<{ Variables: { identity: I } }>

/**
 * Middleware for Hono 4 that lets only allowed requests through and sets `c.var.identity`, null
 * where an optional route has none.
 *
 * @throws TypeError for wrong options, when the route is made
 */
export function protect(
  guard: Guard,
  options?: ProtectOptions & { readonly optional?: false },
): ProtectMiddleware<Identity>
export function protect(guard: Guard, options: ProtectOptions): ProtectMiddleware<Identity | null>
export function protect(
  guard: Guard,
  { onError, ...options }: ProtectOptions = {},
): MiddlewareHandler {
  const route = guard.route(options)
  return (context, next) => {
    const ways = {
      allow(identity: Identity | null): Promise<unknown> {
        context.set('identity', identity)
        return next()
      },
      refuse: (error: unknown) =>
        answerRefusal(guard, error, {
          send: ({ status, headers, body }) => context.body(body, status, headers),
          onError: onError && ((refusal) => onError(refusal, context)),
        }),
    }
    // A promise in either way, of an answer where there is one already.
    return decide<unknown>(guard, { source: context.req.raw, route }, ways) as Promise<Response>
  }
}

/** The identity that `protect` put there, or null where an optional route has none. */
export function findIdentity(context: Context): Identity | null {
  return holder.findIdentity({ identity: context.get('identity') })
}

/**
 * The identity that `protect` put there.
 *
 * @throws Error where there is none: the route is not protected, or optional
 */
export function identityOf(context: Context): Identity {
  return holder.identityOf({ identity: context.get('identity') })
}
