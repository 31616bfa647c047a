import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../http/http-server.ts'
import { createWaitCheck } from '../http/wait-check.ts'
import { CREDENTIAL_MEMBERS } from './credential-members.ts'
import { deviceOf } from './device.ts'
import type { RouteParts } from './route-parts.ts'
import {
  AUDIENCE_MEMBER,
  chooseAudience,
  FIRST_PARTY_CLIENT,
  tokenAnswer,
  userAnswer,
} from './token-answer.ts'

const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['email', 'password'],
  properties: {
    ...CREDENTIAL_MEMBERS,
    audience: AUDIENCE_MEMBER,
  },
} as const

export function loginRoute(app: HttpServer, parts: RouteParts): void {
  const { accounts, sessions, issuer, config, clock } = parts
  app.post(paths.login, { schema: { body: BODY } }, async (request, reply) => {
    const { email, password, audience } = request.body
    const chosen = chooseAudience(audience, config)
    const checkStillWanted = createWaitCheck(request, clock)
    const authenticated = await accounts.authenticate({ email, password, checkStillWanted })
    const grant = await sessions.open({
      authenticated,
      clientId: FIRST_PARTY_CLIENT,
      audience: chosen,
      device: deviceOf(request),
    })
    const accessToken = issuer.issue(grant)
    reply.header('cache-control', 'no-store')
    return { ...tokenAnswer(grant, accessToken), user: userAnswer(grant.account) }
  })
}
