import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AuthorityDouble } from '../../../packages/guard/test/authority-double.ts'
import { eventually } from '../../../packages/guard/test/eventually.ts'

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
  let authority: AuthorityDouble
  let payments: Running
  let orders: Running

  const call = (path: string, token: string, method = 'GET') =>
    fetch(orders.url + path, { method, headers: { authorization: `Bearer ${token}` } })

  beforeAll(async () => {
    authority = await AuthorityDouble.start()
    const env = { ISSUER: authority.issuer, AUDIENCE: authority.audience }
    payments = await start(PAYMENTS, env)
    orders = await start(ORDERS, { ...env, PAYMENTS_URL: payments.url })
    for (const { url } of [orders, payments]) {
      await eventually(async () => {
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
    const response = await call('/orders', authority.issue({ sub: 'acc_alice' }))
    expect(await response.json()).toMatchObject({ subject: 'acc_alice', orders: [{ id: '1' }, {}] })
  })

  it('carry the caller on to the next service', async () => {
    const response = await call('/orders/1/pay', authority.issue({ sub: 'acc_bob' }), 'POST')
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ subject: 'acc_bob', order: '1', cents: 12_000 })
  })

  it('let only an admin delete', async () => {
    expect((await call('/orders/1', authority.issue(), 'DELETE')).status).toBe(403)
    const admin = authority.issue({ sub: 'acc_admin', roles: ['admin'] })
    expect((await call('/orders/1', admin, 'DELETE')).status).toBe(204)
    expect(await (await call('/orders', admin)).json()).toMatchObject({ orders: [{ id: '2' }] })
  })

  it('refuse a token everywhere once its session has ended', async () => {
    const token = authority.issue({ sid: 'ses_over' })
    expect((await call('/orders/1/refund', token, 'POST')).status).toBe(200)
    authority.revoke({ kind: 'session', id: 'ses_over' })
    await eventually(async () => (await call('/orders', token)).status === 401)
    await eventually(
      async () =>
        (
          await fetch(`${payments.url}/payments`, {
            headers: { authorization: `Bearer ${token}` },
          })
        ).status === 401,
    )
  })
})
