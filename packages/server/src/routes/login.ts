import { paths } from '@signet/guard/protocol'
import { findCanonicalEmail } from '../accounts/email.ts'
import { clientAddressOf } from '../http/client-address.ts'
import type { HttpServer } from '../http/http-server.ts'
import { createWaitCheck } from '../http/wait-check.ts'
import { carryOut } from './counted-attempt.ts'
import { CREDENTIAL_MEMBERS } from './credential-members.ts'
import { deviceOf } from './device.ts'
import { findDeviceProof, keepDeviceProof } from './device-cookie.ts'
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
  const { accounts, guessLimits, sessions, issuer, config, clock } = parts
  const cookie = { path: paths.login, isSecure: config.issuer.startsWith('https:') }
  app.post(paths.login, { schema: { summary: 'Log in', body: BODY } }, async (request, reply) => {
    const { email, password, audience } = request.body
    const chosen = chooseAudience(audience, config)
    const checkStillWanted = createWaitCheck(request, clock)
    const canonical = findCanonicalEmail(email) ?? email
    const attempt = await guessLimits.countLogin({
      email: canonical,
      address: clientAddressOf(request),
      deviceProof: findDeviceProof(request),
    })
    const authenticated = await carryOut(
      attempt,
      () =>
        accounts.authenticate({
          email,
          password,
          address: clientAddressOf(request),
          checkStillWanted,
        }),
      { onSuccess: 'give back' },
    )
    const grant = await sessions.open({
      authenticated,
      clientId: FIRST_PARTY_CLIENT,
      audience: chosen,
      device: deviceOf(request),
    })
    const accessToken = await issuer.issue(grant)
    keepDeviceProof(reply, { ...cookie, proof: guessLimits.createDeviceProof(canonical) })
    reply.header('cache-control', 'no-store')
    return { ...tokenAnswer(grant, accessToken), user: userAnswer(grant.account) }
  })
}
