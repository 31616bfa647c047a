// How commands reach the administration: over HTTP with an administrator's token, or in this process
// on the database itself. The calls are the same.
import { readFile } from 'node:fs/promises'
import type { ExitName } from '../exit-codes.ts'
import { CommandError } from '../failure.ts'
import { printable } from '../output/messages.ts'
import { adminTokenFile, authorityUrl } from './admin-settings.ts'

export interface AdminCall {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

/** Makes one call and answers its body. @throws CommandError for a refusal, in words */
export type CallAdmin = <T>(call: AdminCall) => Promise<T>

interface Transport {
  readonly send: (call: AdminCall) => Promise<{ status: number; body: unknown }>
  readonly close: () => Promise<void>
}

/**
 * Does `work` with the administration and closes it again. `missing: 'create'` makes the database if
 * there is none, as a first start would.
 */
export async function runAdmin(
  work: (call: CallAdmin) => Promise<void>,
  options: { missing: 'create' | 'refuse' } = { missing: 'refuse' },
): Promise<void> {
  const tokenFile = adminTokenFile()
  const transport =
    tokenFile === null ? await openDatabase(options) : await openHttp(await readToken(tokenFile))
  try {
    await work(async <T>(call: AdminCall) => {
      const { status, body } = await transport.send(call)
      if (status >= 400) throw describeRefusal(status, body)
      return body as T
    })
  } finally {
    await transport.close()
  }
}

/** Every page of a list, one item after the other. */
export async function* pages<T>(
  call: CallAdmin,
  list: { path: string; member: string; query?: Record<string, string | undefined> },
): AsyncGenerator<T> {
  let after: string | null = null
  do {
    const query = new URLSearchParams({ limit: '500' })
    for (const [name, value] of Object.entries({ ...list.query, after: after ?? undefined })) {
      if (value !== undefined) query.set(name, value)
    }
    const page: Record<string, unknown> = await call({ path: `${list.path}?${query}` })
    yield* page[list.member] as T[]
    after = page['next'] as string | null
  } while (after !== null)
}

async function openDatabase(options: { missing: 'create' | 'refuse' }): Promise<Transport> {
  const { openAdmin, readConfig } = await import('@signet/server')
  const admin = await openAdmin(readConfig('development'), options)
  return {
    send: ({ method = 'GET', path, body }) => admin.call({ method, path, body }),
    close: () => admin.close(),
  }
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandError(`the token file of SIGNET_ADMIN_TOKEN_FILE cannot be read (${code})`)
  }
}

async function openHttp(token: string): Promise<Transport> {
  const { readConfig } = await import('@signet/server')
  const base = authorityUrl() ?? readConfig('development').issuer
  return {
    async send({ method = 'GET', path, body }) {
      const response = await fetchFrom(`${base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        redirect: 'error',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? null : JSON.parse(text) }
    },
    close: async () => {},
  }
}

async function fetchFrom(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    throw new CommandError(
      `the authority at ${new URL(url).origin} does not answer (${cause?.code ?? 'no connection'}): is SIGNET_URL right?`,
      'unavailable',
    )
  }
}

/** An answer of the authority is shown, but never trusted with the terminal. */
function describeRefusal(status: number, body: unknown): CommandError {
  const { title = `status ${status}`, detail, code } = (body ?? {}) as Record<string, string>
  const words = printable(detail === undefined ? title : `${title}. ${detail}`)
  const exit: ExitName =
    status === 401 || status === 403 ? 'notPermitted' : status >= 500 ? 'unexpected' : 'usage'
  const advice =
    code === 'token_expired' ? '; log in again and put the new access token into the file' : ''
  return new CommandError(`${words}${advice}`, exit)
}
