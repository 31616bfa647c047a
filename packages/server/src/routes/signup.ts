import { paths } from '@signet/guard/protocol'
import { Type } from 'typebox'
import { bodyOf, type HttpServer } from '../http/http-server.ts'
import { deviceOf } from './device.ts'
import type { RouteParts } from './route-parts.ts'
import { FIRST_PARTY_CLIENT, tokenAnswer, userAnswer } from './token-answer.ts'

const Body = bodyOf({
  email: Type.String({ maxLength: 320 }),
  password: Type.String({ maxLength: 2_048 }),
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
})

export function signupRoute(app: HttpServer, parts: RouteParts): void {
  const { accounts, sessions, issuer, config } = parts
  app.post(paths.signup, { schema: { body: Body } }, async (request, reply) => {
    const { email, password, name = null } = request.body
    const { account } = await accounts.create({ email, password, name })
    const grant = await sessions.open({
      authenticated: { accountId: account.id, credentialsVersion: account.credentialsVersion },
      clientId: FIRST_PARTY_CLIENT,
      audience: config.audiences,
      device: deviceOf(request),
    })
    const accessToken = issuer.issue(grant)
    reply.code(201).header('cache-control', 'no-store')
    return { ...tokenAnswer(grant, accessToken), user: userAnswer(grant.account) }
  })
}
