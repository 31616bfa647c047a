import { paths } from '@signet/guard/protocol'
import { clientAddressOf } from '../http/client-address.ts'
import type { HttpServer } from '../http/http-server.ts'
import { createWaitCheck } from '../http/wait-check.ts'
import { carryOut } from './counted-attempt.ts'
import { PASSWORD_MEMBER } from './credential-members.ts'
import { originOf } from './device.ts'
import { createOwnerCheck } from './owner.ts'
import type { RouteParts } from './route-parts.ts'

const BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['currentPassword', 'newPassword'],
  properties: { currentPassword: PASSWORD_MEMBER, newPassword: PASSWORD_MEMBER },
} as const

export function passwordRoute(app: HttpServer, parts: RouteParts): void {
  const { accountChanges, guessLimits, clock } = parts
  const checkOwner = createOwnerCheck(parts)
  app.put(
    paths.password,
    { schema: { summary: 'Change the own password; all other sessions end', body: BODY } },
    async (request, reply) => {
      const checkStillWanted = createWaitCheck(request, clock)
      const { account, sessionId } = await checkOwner(request, 'changing')
      const { email } = account
      const attempt = await guessLimits.countPassword({ email, address: clientAddressOf(request) })
      const by = originOf(request, account.id)
      const change = { accountId: account.id, sessionId, ...request.body, by, checkStillWanted }
      await carryOut(attempt, () => accountChanges.changePassword(change), {
        onSuccess: 'give back',
      })
      return reply.code(204).header('cache-control', 'no-store').send()
    },
  )
}
