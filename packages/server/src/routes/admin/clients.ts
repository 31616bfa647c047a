import { paths } from '@signet/guard/protocol'
import { CLIENT_RIGHTS, type Client } from '../../clients/client.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { type AdminParts, ID_PARAMS, limitOf, PAGE_QUERY } from './admin-parts.ts'

const NAME = { type: 'string', maxLength: 400 } as const

const LISTS = {
  scopes: { type: 'array', maxItems: 64, items: { type: 'string', maxLength: 64 } },
  audiences: { type: 'array', maxItems: 32, items: { type: 'string', maxLength: 256 } },
  rights: { type: 'array', maxItems: 8, items: { type: 'string', enum: CLIENT_RIGHTS } },
} as const

const NEW_CLIENT = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: NAME, ...LISTS },
} as const

const TERMS = {
  type: 'object',
  additionalProperties: false,
  properties: { name: NAME, ...LISTS },
} as const

const RENEWAL = {
  type: 'object',
  additionalProperties: false,
  required: ['former'],
  properties: { former: { type: 'string', enum: ['keep', 'revoke'] } },
} as const

const QUERY = { type: 'object', additionalProperties: false, properties: PAGE_QUERY } as const

const SWITCHES = {
  disable: 'Let a client do nothing any more and end its tokens',
  enable: 'Let a disabled client work again',
}

const BASE = paths.adminClients

/** Clients, for operators. A secret is answered once, when it is made. */
export function adminClientsRoutes(app: HttpServer, { clients, checkAdmin }: AdminParts): void {
  app.get(BASE, { schema: { summary: 'List clients', querystring: QUERY } }, async (request) => {
    await checkAdmin(request)
    const { after = null } = request.query
    const page = await clients.page({ after, limit: limitOf(request.query) })
    return { clients: page.clients.map(clientAnswer), next: page.next }
  })

  app.post(
    BASE,
    { schema: { summary: 'Make a client; answers its secret, once', body: NEW_CLIENT } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      const { name, scopes = [], audiences = [], rights = [] } = request.body
      const { client, secret } = await clients.create({ name, scopes, audiences, rights }, by)
      reply.code(201)
      return { ...clientAnswer(client), secret }
    },
  )

  app.get(
    `${BASE}/:id`,
    { schema: { summary: 'One client', params: ID_PARAMS } },
    async (request) => {
      await checkAdmin(request)
      return clientAnswer(await clients.get(request.params.id))
    },
  )

  app.post(
    `${BASE}/:id`,
    {
      schema: {
        summary: 'Give a client another name, other scopes, audiences or rights',
        params: ID_PARAMS,
        body: TERMS,
      },
    },
    async (request) => {
      const by = await checkAdmin(request)
      return clientAnswer(await clients.change(request.params.id, request.body, by))
    },
  )

  for (const verb of ['disable', 'enable'] as const) {
    app.post(
      `${BASE}/:id/${verb}`,
      { schema: { summary: SWITCHES[verb], params: ID_PARAMS } },
      async (request) => {
        const by = await checkAdmin(request)
        return clientAnswer(await clients[verb](request.params.id, by))
      },
    )
  }

  app.delete(
    `${BASE}/:id`,
    { schema: { summary: 'Forget a client and end its tokens', params: ID_PARAMS } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      await clients.remove(request.params.id, by)
      return reply.code(204).send()
    },
  )

  app.post(
    `${BASE}/:id/secret`,
    {
      schema: {
        summary: 'Make a new secret for a client; answers it, once',
        params: ID_PARAMS,
        body: RENEWAL,
      },
    },
    async (request) => {
      const by = await checkAdmin(request)
      const { client, secret } = await clients.renewSecret(request.params.id, request.body, by)
      return { ...clientAnswer(client), secret }
    },
  )

  app.delete(
    `${BASE}/:id/former-secret`,
    { schema: { summary: 'Let only the newest secret of a client work', params: ID_PARAMS } },
    async (request) => {
      const by = await checkAdmin(request)
      return clientAnswer(await clients.dropFormerSecret(request.params.id, by))
    },
  )

  app.delete(
    `${BASE}/:id/tokens`,
    { schema: { summary: 'End all tokens of a client', params: ID_PARAMS } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      await clients.revokeTokens(request.params.id, by)
      return reply.code(204).send()
    },
  )
}

function clientAnswer({ revokedBefore: _, ...client }: Client) {
  return client
}
