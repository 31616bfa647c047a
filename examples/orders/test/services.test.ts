import {
  runSignet,
  type SpawnedService,
  type StartedAuthority,
  spawnService,
  startAuthority,
  waitUntil,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PASSWORD = 'correct horse battery'

const ORDERS = new URL('../dist/orders.js', import.meta.url)
const PAYMENTS = new URL('../../payments/dist/payments.js', import.meta.url)

describe('the orders and payments services', () => {
  let authority: StartedAuthority
  let payments: SpawnedService
  let orders: SpawnedService

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
    payments = await spawnService(PAYMENTS, { env, health: '/health' })
    orders = await spawnService(ORDERS, {
      env: { ...env, PAYMENTS_URL: payments.url },
      health: '/health',
    })
  })

  afterAll(async () => {
    expect(await orders.stop()).toBe(0)
    expect(await payments.stop()).toBe(0)
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
