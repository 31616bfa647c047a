import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { runSignet, type StartedAuthority, startAuthority, waitUntil } from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PASSWORD = 'correct horse battery'

interface Running {
  url: string
  process: ChildProcess
}

const ORDERS = fileURLToPath(new URL('../dist/orders.js', import.meta.url))
const PAYMENTS = fileURLToPath(new URL('../../payments/dist/payments.js', import.meta.url))

async function start(file: string, env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env['PATH'], PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http:\S+)$/.exec(line)?.[1]
    if (url !== undefined) return { url, process: child }
  }
  throw new Error(`${file} ended before it listened`)
}

async function stop({ process: child }: Running): Promise<number | null> {
  child.kill('SIGTERM')
  if (child.exitCode === null) await once(child, 'exit')
  return child.exitCode
}

describe('the orders and payments services', () => {
  let authority: StartedAuthority
  let payments: Running
  let orders: Running

  const call = (path: string, token: string, method = 'GET') =>
    fetch(orders.url + path, { method, headers: { authorization: `Bearer ${token}` } })

  const signUp = async (email: string) => {
    const { body } = await authority.client.signup(email, PASSWORD)
    return { token: body.accessToken, id: body.user?.id }
  }

  beforeAll(async () => {
    authority = await startAuthority()
    const { issuer } = authority.config
    const env = { ISSUER: issuer, AUDIENCE: issuer }
    payments = await start(PAYMENTS, env)
    orders = await start(ORDERS, { ...env, PAYMENTS_URL: payments.url })
    for (const { url } of [orders, payments]) {
      await waitUntil('the service is fresh', async () => {
        const health = (await (await fetch(`${url}/health`)).json()) as { status: string }
        return health.status === 'fresh'
      })
    }
  })

  afterAll(async () => {
    expect(await stop(orders)).toBe(0)
    expect(await stop(payments)).toBe(0)
    await authority[Symbol.asyncDispose]()
  })

  it('show a caller their own orders', async () => {
    const { token, id } = await signUp('ada@example.com')
    const response = await call('/orders', token)
    expect(await response.json()).toMatchObject({ subject: id, orders: [{ id: '1' }, {}] })
  })

  it('carry the caller on to the next service', async () => {
    const { token, id } = await signUp('bo@example.com')
    const response = await call('/orders/1/pay', token, 'POST')
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ subject: id, order: '1', cents: 12_000 })
  })

  it('let only an admin delete', async () => {
    const { token } = await signUp('cy@example.com')
    expect((await call('/orders/1', token, 'DELETE')).status).toBe(403)
    const made = await runSignet(['user', 'create', 'root@example.com', '--role', 'admin'], {
      cwd: authority.folder,
      stdin: PASSWORD,
      settings: { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}` },
    })
    expect(made.code).toBe(0)
    const admin = (await authority.client.login('root@example.com', PASSWORD)).body.accessToken
    expect((await call('/orders/1', admin, 'DELETE')).status).toBe(204)
    expect(await (await call('/orders', admin)).json()).toMatchObject({ orders: [{ id: '2' }] })
  })

  it('refuse a token everywhere once its session has ended', async () => {
    const { token } = await signUp('di@example.com')
    expect((await call('/orders/1/refund', token, 'POST')).status).toBe(200)
    await authority.client.logout(token)
    const paymentsStatus = async () => {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${payments.url}/payments`, { headers })).status
    }
    await waitUntil('both refuse', async () => {
      return (await call('/orders', token)).status === 401 && (await paymentsStatus()) === 401
    })
  })
})
