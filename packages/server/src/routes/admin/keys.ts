import { paths } from '@signet/guard/protocol'
import type { HttpServer } from '../../http/http-server.ts'
import type { KeyChanges } from '../../keys/key-changes.ts'
import { momentsOf } from '../../keys/key-timeline.ts'
import { type AdminParts, ID_PARAMS } from './admin-parts.ts'

const IMPORTED = {
  type: 'object',
  additionalProperties: false,
  required: ['jwk'],
  properties: {
    jwk: { type: 'object', additionalProperties: true },
    algorithm: { type: 'string', enum: ['ES256', 'RS256', 'PS256', 'EdDSA'] },
  },
} as const

/** The signing keys, for operators. No private half ever leaves. */
export function adminKeysRoutes(app: HttpServer, { keyChanges, checkAdmin }: AdminParts): void {
  app.get(
    paths.adminKeys,
    { schema: { summary: 'The signing keys and what comes next for each' } },
    async (request) => {
      await checkAdmin(request)
      return keysAnswer(keyChanges)
    },
  )

  const importing = { schema: { summary: 'Bring a private key as the next one', body: IMPORTED } }
  app.post(paths.adminKeys, importing, async (request, reply) => {
    const by = await checkAdmin(request)
    const kid = await keyChanges.importKey(request.body, by)
    reply.code(201)
    return { kid, ...(await keysAnswer(keyChanges)) }
  })

  app.post(
    `${paths.adminKeys}/rotate`,
    { schema: { summary: 'Let the next key sign as soon as no cache can be without it' } },
    async (request) => {
      const by = await checkAdmin(request)
      await keyChanges.rotate(by)
      return keysAnswer(keyChanges)
    },
  )

  const summary = 'Take a key out of use for ever, and all tokens it signed'
  const revoking = { schema: { summary, params: ID_PARAMS } }
  app.post(`${paths.adminKeys}/:id/revoke`, revoking, async (request) => {
    const by = await checkAdmin(request)
    await keyChanges.revoke(request.params.id, by)
    return keysAnswer(keyChanges)
  })
}

async function keysAnswer({ list, rules }: KeyChanges) {
  const { keys, now } = await list()
  const answers = keys.map((key) => {
    const { announceSeconds: _, tokenSeconds: __, dueAt: ___, ...facts } = key
    return { ...facts, ...momentsOf(key, { keys, rules }) }
  })
  return { now, keys: answers }
}
