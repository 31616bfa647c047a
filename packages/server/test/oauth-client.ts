import type {
  Answer,
  AuthorityClient,
  StartedAuthority,
  TestDatabase,
  TokenAnswer,
} from '@signet/testkit'
import type { ClientTerms } from '../src/clients/client.ts'

const PASSWORD = 'correct horse battery'

/** A client of the authority as it was made. */
export interface MadeClient {
  readonly id: string
  readonly secret: string
}

export const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

type Parameters = Readonly<Record<string, string | readonly string[]>>

/** A form as it goes over the wire. */
export function formOf(parameters: Parameters): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  )
  return new URLSearchParams(pairs).toString()
}

export type OauthAnswer = Answer<Record<string, unknown> & { error?: string }>

/** Calls one of the forms of OAuth, as `client` by HTTP Basic where one is given. */
export function callOauth(
  { client: http }: StartedAuthority,
  path: string,
  parameters: Parameters,
  client?: MadeClient,
): Promise<OauthAnswer> {
  const authorization = client && { authorization: basic(client.id, client.secret) }
  return http.call(path, { text: formOf(parameters), headers: { ...FORM, ...authorization } })
}

/** What the administration answers of a client. */
export type ClientAnswer = ClientTerms & {
  id: string
  secret: string
  hasFormerSecret: boolean
  disabledAt: number | null
}

export type CallAdmin = <T = ClientAnswer>(
  path: string,
  options?: { method?: string; body?: unknown },
) => Promise<Answer<T>>

/** The administration of an authority, for an account that has the role. */
export async function openAdministration(
  { client, config }: { client: AuthorityClient; config: { issuer: string } },
  database: TestDatabase,
): Promise<CallAdmin> {
  const email = 'admin@example.com'
  const { body } = await client.signup(email, PASSWORD)
  await database.query(`insert into roles values ('admin', '', 1)`)
  await database.query(`insert into account_roles values ('${body.user?.id}', 'admin')`)
  const login = { email, password: PASSWORD, audience: config.issuer }
  const { body: admin } = await client.call<TokenAnswer>('/login', { body: login })
  return (path, options = {}) => client.call(path, { token: admin.accessToken, ...options })
}
