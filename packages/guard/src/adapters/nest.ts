import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CanActivate, ExecutionContext } from '@nestjs/common'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { BearerAnswer } from '../bearer.ts'
import type { Refusal } from '../errors.ts'
import type { Guard } from '../guard.ts'
import type { Identity } from '../identity.ts'
import type { RouteOptions } from '../route.ts'
import { answerRefusal } from './answer-refusal.ts'
import { decide } from './decide.ts'
import { setIdentity } from './request-identity.ts'

export { findIdentity, identityOf } from './request-identity.ts'

export interface ProtectOptions extends RouteOptions {
  /**
   * Answers a refused request instead of the guard, or throws for an exception filter to answer. It
   * cannot let the request through.
   */
  readonly onError?: (error: Refusal, context: ExecutionContext) => unknown
}

/**
 * A guard for NestJS 11, over Express or Fastify, that lets only allowed requests through and sets
 * `request.identity`. For HTTP alone: anything else is an error.
 *
 * @throws TypeError for wrong options, when the route is made
 */
export function protect(guard: Guard, { onError, ...options }: ProtectOptions = {}): CanActivate {
  const route = guard.route(options)
  return {
    canActivate(context) {
      if (context.getType() !== 'http') throw new Error('protect guards HTTP routes only')
      const http = context.switchToHttp()
      const request = http.getRequest<IncomingMessage | FastifyRequest>()
      const source = 'raw' in request ? request.raw : request
      const ways = {
        allow(identity: Identity | null) {
          if (identity !== null) setIdentity(request, identity)
          return true
        },
        async refuse(error: unknown) {
          await answerRefusal(guard, error, {
            send: (answer) => send(http.getResponse(), answer),
            onError: onError && ((refusal) => onError(refusal, context)),
          })
          // Answered. Any other end would have Nest answer once more, with an exception of its own.
          return new Promise<never>(() => {})
        },
      }
      return decide<boolean>(guard, { source, route }, ways)
    },
  }
}

function send(response: ServerResponse | FastifyReply, { status, headers, body }: BearerAnswer) {
  if ('raw' in response) response.code(status).headers(headers).send(Buffer.from(body))
  else response.writeHead(status, headers).end(body)
}
