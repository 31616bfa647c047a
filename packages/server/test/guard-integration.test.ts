import {
  runSignet,
  type StartedAuthority,
  startAuthority,
  startService,
  waitUntil,
} from '@signet/testkit'
import { decode } from '@signet/token'
import { describe, expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'

const FRAMEWORKS = ['express', 'fastify'] as const

function guardOptions({ config }: StartedAuthority) {
  return { issuer: config.issuer, audience: config.audiences[0] ?? '' }
}

/** The order of P-256: s and n - s are both good for one message. @see attacks.md, A13 */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** The same token with its ECDSA signature mirrored: other bytes, just as valid. */
function mirrored(token: string): string {
  const dot = token.lastIndexOf('.') + 1
  const signature = Buffer.from(token.slice(dot), 'base64url')
  const s = BigInt(`0x${signature.subarray(32).toString('hex')}`)
  const other = Buffer.from((N - s).toString(16).padStart(64, '0'), 'hex')
  return (
    token.slice(0, dot) + Buffer.concat([signature.subarray(0, 32), other]).toString('base64url')
  )
}

/** The same token with its unused last bits set, padded, and with a line end behind it. */
function reencoded(token: string): string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.slice(-1))
  return [token.slice(0, -1) + alphabet[last ^ 1], `${token}=`, `${token}==`, `${token}.`]
}

describe.each(FRAMEWORKS)('a service in %s', (framework) => {
  test('G01 G03 accepts a user, and refuses every form of the token once the logout has reached it', async () => {
    await using authority = await startAuthority()
    await using service = await startService({ ...guardOptions(authority), framework })
    await service.guard.ready()
    const { body: user } = await authority.client.signup('ada@example.com', PASSWORD)
    const { body: other } = await authority.client.login('ada@example.com', PASSWORD)
    const { body: renewed } = await authority.client.refresh(user.refreshToken)
    const twin = mirrored(user.accessToken)
    expect(twin).not.toBe(user.accessToken)

    for (const token of [user.accessToken, renewed.accessToken, twin]) {
      expect(await service.statusOf(token)).toBe(200)
    }
    for (const token of reencoded(user.accessToken)) expect(await service.statusOf(token)).toBe(401)

    expect((await authority.client.logout(user.accessToken)).status).toBe(204)
    await waitUntil('the service knows of the logout', async () => {
      return (await service.statusOf(user.accessToken)) === 401
    })
    const forms = [user.accessToken, renewed.accessToken, twin, mirrored(renewed.accessToken)]
    for (const token of [...forms, ...reencoded(user.accessToken)]) {
      for (const path of ['/open', '/strict'] as const) {
        expect(await service.statusOf(token, path)).toBe(401)
      }
    }
    const answer = await fetch(`${service.url}/open`, {
      headers: { authorization: `Bearer ${twin}` },
    })
    expect(await answer.json()).toMatchObject({ code: 'token_revoked' })
    expect(await service.statusOf(other.accessToken)).toBe(200)
  })

  test('a reuse of a refresh token locks the session out of it as well', async () => {
    await using authority = await startAuthority()
    await using service = await startService({ ...guardOptions(authority), framework })
    await service.guard.ready()
    const { body: first } = await authority.client.signup('ada@example.com', PASSWORD)
    const { body: second } = await authority.client.refresh(first.refreshToken)
    const { body: third } = await authority.client.refresh(second.refreshToken)
    expect(await service.statusOf(third.accessToken)).toBe(200)
    expect((await authority.client.refresh(first.refreshToken)).body.code).toBe('refresh_reused')
    await waitUntil('the service knows of the reuse', async () => {
      return (await service.statusOf(third.accessToken)) === 401
    })
  })

  test('answers 403 for a missing role, 401 for a tampered token or another audience', async () => {
    const elsewhere = 'https://elsewhere.example'
    await using authority = await startAuthority()
    const audiences = `${authority.config.issuer},${elsewhere}`
    await authority.restart({ SIGNET_AUDIENCE: audiences })
    await using service = await startService({ ...guardOptions(authority), framework })
    await service.guard.ready()
    const { body: user } = await authority.client.signup('ada@example.com', PASSWORD)
    const made = await runSignet(['user', 'create', 'root@example.com', '--role', 'admin'], {
      cwd: authority.folder,
      stdin: PASSWORD,
      settings: { SIGNET_DATABASE_URL: `sqlite:${authority.databasePath}` },
    })
    expect(made.code).toBe(0)
    const { body: admin } = await authority.client.login('root@example.com', PASSWORD)
    expect(await service.statusOf(user.accessToken, '/admin')).toBe(403)
    expect(await service.statusOf(admin.accessToken, '/admin')).toBe(200)

    const [header, payload, signature] = admin.accessToken.split('.')
    const claims = { ...decode(user.accessToken).claims, roles: ['admin'] }
    const raised = Buffer.from(JSON.stringify(claims)).toString('base64url')
    for (const token of [
      `${header}.${raised}.${signature}`,
      `${header}.${payload}.${user.accessToken.split('.')[2]}`,
      user.refreshToken,
    ]) {
      expect(await service.statusOf(token, '/admin')).toBe(401)
    }
    const { body: away } = await authority.client.call<{ accessToken: string }>('/login', {
      body: { email: 'root@example.com', password: PASSWORD, audience: elsewhere },
    })
    expect(await service.statusOf(away.accessToken, '/admin')).toBe(401)
  })

  test('goes on while the authority is away, refuses where it must be sure, and recovers by itself', async () => {
    await using authority = await startAuthority()
    await using service = await startService({
      ...guardOptions(authority),
      framework,
      maxStalenessSeconds: 3,
    })
    await service.guard.ready()
    const { body: staying } = await authority.client.signup('ada@example.com', PASSWORD)
    const { body: leaving } = await authority.client.login('ada@example.com', PASSWORD)
    await authority.client.logout(leaving.accessToken)
    await waitUntil('the service knows of the logout', async () => {
      return (await service.statusOf(leaving.accessToken)) === 401
    })
    expect(await service.statusOf(staying.accessToken, '/strict')).toBe(200)

    await authority.stop()
    await waitUntil('the service is stale', async () => {
      return (await service.statusOf(staying.accessToken, '/strict')) === 503
    })
    expect(service.guard.health().status).toBe('stale')
    expect(await service.statusOf(staying.accessToken)).toBe(200)
    expect(await service.statusOf(leaving.accessToken)).toBe(401)
    const refused = await fetch(`${service.url}/strict`, {
      headers: { authorization: `Bearer ${staying.accessToken}` },
    })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ code: 'revocation_stale' })

    await authority.start()
    await waitUntil('the service is fresh', async () => {
      return (await service.statusOf(staying.accessToken, '/strict')) === 200
    })
    expect(service.guard.health().status).toBe('fresh')
    expect(await service.statusOf(leaving.accessToken, '/strict')).toBe(401)
    await authority.client.logout(staying.accessToken)
    await waitUntil('a logout after the outage arrives', async () => {
      return (await service.statusOf(staying.accessToken)) === 401
    })
  })
})

test('a service that starts after a logout refuses the token from its first request on', async () => {
  await using authority = await startAuthority()
  const { body } = await authority.client.signup('ada@example.com', PASSWORD)
  await authority.client.logout(body.accessToken)
  await using service = await startService(guardOptions(authority))
  expect(await service.statusOf(body.accessToken)).toBe(401)
})

test('a service learns of a new algorithm without a restart, and still takes the tokens before', async () => {
  await using authority = await startAuthority()
  await using service = await startService(guardOptions(authority))
  await service.guard.ready()
  const { body: before } = await authority.client.signup('ada@example.com', PASSWORD)
  expect(await service.statusOf(before.accessToken)).toBe(200)
  await authority.restart({ SIGNET_ALG: 'EdDSA' })
  const { body: after } = await authority.client.login('ada@example.com', PASSWORD)
  await waitUntil('the service takes the new key', async () => {
    return (await service.statusOf(after.accessToken)) === 200
  })
  expect(await service.statusOf(before.accessToken)).toBe(200)
})
