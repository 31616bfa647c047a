import type { FetchRequest } from '../credentials.ts'
import type { Refusal } from '../errors.ts'
import type { Guard } from '../guard.ts'
import type { Identity } from '../identity.ts'
import type { RouteOptions } from '../route.ts'
import { answerRefusal } from './answer-refusal.ts'
import { decide } from './decide.ts'

export interface ProtectOptions<R> extends RouteOptions {
  /** Answers a refused request instead of the guard. It cannot let the request through. */
  readonly onError?: (error: Refusal, request: R) => Response | Promise<Response>
}

/** What is behind the guard. `rest` is what the runtime hands on: bindings, context, connection. */
export type ProtectedHandler<R, I, Rest extends unknown[]> = (
  request: R,
  identity: I,
  ...rest: Rest
) => Response | Promise<Response>

/**
 * A handler for runtimes that speak `Request` and `Response`. It calls yours for allowed requests
 * only, with the identity behind the request, null where an optional route has none. What need not
 * be waited for is answered at once: a handler that returns a response and no promise keeps that, and
 * what it throws is thrown.
 *
 * @throws TypeError for wrong options, when the route is made
 */
export function protect<R extends FetchRequest = Request, Rest extends unknown[] = []>(
  guard: Guard,
  handler: ProtectedHandler<R, Identity, Rest>,
  options?: ProtectOptions<R> & { readonly optional?: false },
): (request: R, ...rest: Rest) => Response | Promise<Response>
export function protect<R extends FetchRequest = Request, Rest extends unknown[] = []>(
  guard: Guard,
  handler: ProtectedHandler<R, Identity | null, Rest>,
  options: ProtectOptions<R>,
): (request: R, ...rest: Rest) => Response | Promise<Response>
export function protect<R extends FetchRequest, Rest extends unknown[]>(
  guard: Guard,
  // The overloads hold it: null comes from an optional route alone.
  handler: ProtectedHandler<R, never, Rest>,
  { onError, ...options }: ProtectOptions<R> = {},
): (request: R, ...rest: Rest) => Response | Promise<Response> {
  const route = guard.route(options)
  return (request, ...rest) => {
    const ways = {
      allow: (identity: Identity | null) => handler(request, identity as never, ...rest),
      refuse: (error: unknown) =>
        answerRefusal(guard, error, {
          send: ({ status, headers, body }) => new Response(body, { status, headers }),
          onError: onError && ((refusal) => onError(refusal, request)),
        }),
    }
    return decide<Response>(guard, { source: request, route }, ways)
  }
}
