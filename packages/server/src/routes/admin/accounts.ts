import { paths } from '@signet/guard/protocol'
import type { Account } from '../../accounts/account.ts'
import type { HttpServer } from '../../http/http-server.ts'
import { CREDENTIAL_MEMBERS } from '../credential-members.ts'
import { type AdminParts, ID_PARAMS, limitOf, PAGE_QUERY, SHORT_TEXT } from './admin-parts.ts'

const ROLE_LIST = { type: 'array', maxItems: 32, items: { type: 'string', maxLength: 64 } } as const

const NEW_ACCOUNT = {
  type: 'object',
  additionalProperties: false,
  required: ['email', 'password'],
  properties: {
    ...CREDENTIAL_MEMBERS,
    name: { type: 'string', maxLength: 400 },
    roles: ROLE_LIST,
  },
} as const

const ROLE_CHANGE = {
  type: 'object',
  additionalProperties: false,
  properties: { add: ROLE_LIST, remove: ROLE_LIST },
} as const

const QUERY = {
  type: 'object',
  additionalProperties: false,
  properties: { ...PAGE_QUERY, email: SHORT_TEXT },
} as const

const SWITCHES = {
  disable: 'End all sessions of an account and let nobody log in to it',
  enable: 'Let people log in to an account again',
}

const BASE = paths.adminAccounts

/** Accounts, for operators. */
export function adminAccountsRoutes(app: HttpServer, parts: AdminParts): void {
  const { accounts, accountChanges, checkAdmin } = parts

  app.get(BASE, { schema: { summary: 'List accounts', querystring: QUERY } }, async (request) => {
    await checkAdmin(request)
    const { after = null, email } = request.query
    const page = await accounts.page({ after, email, limit: limitOf(request.query) })
    return { accounts: page.accounts.map(accountAnswer), next: page.next }
  })

  app.post(
    BASE,
    { schema: { summary: 'Make an account', body: NEW_ACCOUNT } },
    async (request, reply) => {
      const by = await checkAdmin(request)
      const { email, password, name = null, roles = [] } = request.body
      const made = await accounts.create({ email, password, name, roles, by })
      reply.code(201)
      return { ...accountAnswer(made.account), rolesMade: made.rolesMade }
    },
  )

  app.get(
    `${BASE}/:id`,
    { schema: { summary: 'One account', params: ID_PARAMS } },
    async (request) => {
      await checkAdmin(request)
      return accountAnswer(await accounts.get(request.params.id))
    },
  )

  const summary = 'Give an account roles, or take them'
  const changing = { schema: { summary, params: ID_PARAMS, body: ROLE_CHANGE } }
  app.post(`${BASE}/:id/roles`, changing, async (request) => {
    const by = await checkAdmin(request)
    const { add = [], remove = [] } = request.body
    await accountChanges.changeRoles(request.params.id, { add, remove }, by)
    return accountAnswer(await accounts.get(request.params.id))
  })

  for (const verb of ['disable', 'enable'] as const) {
    app.post(
      `${BASE}/:id/${verb}`,
      { schema: { summary: SWITCHES[verb], params: ID_PARAMS } },
      async (request) => {
        const by = await checkAdmin(request)
        await accountChanges[verb](request.params.id, by)
        return accountAnswer(await accounts.get(request.params.id))
      },
    )
  }

  app.delete(
    `${BASE}/:id/sessions`,
    { schema: { summary: 'End all sessions of an account', params: ID_PARAMS } },
    async (request) => {
      const by = await checkAdmin(request)
      const accountId = request.params.id
      return { ended: await accountChanges.closeAll({ accountId, reason: 'operator', by }) }
    },
  )
}

function accountAnswer(account: Account) {
  return {
    id: account.id,
    email: account.email,
    emailVerified: account.emailVerified,
    name: account.name,
    roles: account.roles,
    scopes: account.scopes,
    disabledAt: account.disabledAt,
    createdAt: account.createdAt,
  }
}
