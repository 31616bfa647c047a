import { paths } from '@signet/guard/protocol'
import { clientAddressOf } from '../http/client-address.ts'
import type { HttpServer } from '../http/http-server.ts'
import { createWaitCheck } from '../http/wait-check.ts'
import type { RouteParts } from './route-parts.ts'
import {
  AUDIENCE_MEMBER,
  continueAudience,
  FIRST_PARTY_CLIENT,
  tokenAnswer,
} from './token-answer.ts'

const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['refreshToken'],
  properties: {
    refreshToken: { type: 'string', maxLength: 256 },
    audience: AUDIENCE_MEMBER,
  },
} as const

export function refreshRoute(app: HttpServer, parts: RouteParts): void {
  const { sessions, issuer, config, clock } = parts
  app.post(
    paths.refresh,
    { schema: { summary: 'Continue a session with its refresh token', body: BODY } },
    async (request, reply) => {
      const { refreshToken, audience } = request.body
      const grant = await sessions.refresh({
        refreshToken,
        clientId: FIRST_PARTY_CLIENT,
        chooseAudience: continueAudience(audience, config),
        findAddress: () => clientAddressOf(request),
        checkStillWanted: createWaitCheck(request, clock),
      })
      const accessToken = await issuer.issue(grant)
      reply.header('cache-control', 'no-store')
      return tokenAnswer(grant, accessToken)
    },
  )
}
