import { paths } from '@signet/guard/protocol'
import { clientAddressOf } from '../http/client-address.ts'
import type { HttpServer } from '../http/http-server.ts'
import { createWaitCheck } from '../http/wait-check.ts'
import { carryOut } from './counted-attempt.ts'
import { CREDENTIAL_MEMBERS } from './credential-members.ts'
import { deviceOf, originOf } from './device.ts'
import type { RouteParts } from './route-parts.ts'
import { FIRST_PARTY_CLIENT, tokenAnswer, userAnswer } from './token-answer.ts'

const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['email', 'password'],
  properties: {
    ...CREDENTIAL_MEMBERS,
    name: { type: 'string', maxLength: 400 },
  },
} as const

export function signupRoute(app: HttpServer, parts: RouteParts): void {
  const { accounts, guessLimits, sessions, issuer, config, clock } = parts
  app.post(
    paths.signup,
    { schema: { summary: 'Make an account and log in to it', body: BODY } },
    async (request, reply) => {
      const { email, password, name = null } = request.body
      const checkStillWanted = createWaitCheck(request, clock)
      const attempt = await guessLimits.countSignup({ address: clientAddressOf(request) })
      const { account } = await carryOut(
        attempt,
        () => accounts.create({ email, password, name, by: originOf(request), checkStillWanted }),
        { onSuccess: 'keep' },
      )
      const grant = await sessions.open({
        authenticated: { accountId: account.id, credentialsVersion: account.credentialsVersion },
        clientId: FIRST_PARTY_CLIENT,
        audience: config.audiences,
        device: deviceOf(request),
      })
      const accessToken = await issuer.issue(grant)
      reply.code(201).header('cache-control', 'no-store')
      return { ...tokenAnswer(grant, accessToken), user: userAnswer(grant.account) }
    },
  )
}
