import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type StartedAuthority, startAuthority, startService, waitUntil } from '@signet/testkit'
import { expect, test } from 'vitest'

const PASSWORD = 'correct horse battery'

// Somebody puts an older copy of the database back by hand, and nobody tells the services.

const signUp = async (authority: StartedAuthority, name: string) =>
  (await authority.client.signup(`${name}@example.com`, PASSWORD)).body

/** Keeps a copy of the database of now, to be put back. */
async function keepCopy(authority: StartedAuthority): Promise<() => Promise<void>> {
  const copy = join(authority.folder, 'older.db')
  await authority.stop()
  await copyFile(authority.databasePath, copy)
  await authority.start()
  return async () => {
    await authority.stop()
    await copyFile(copy, authority.databasePath)
    await authority.start()
  }
}

function serviceOf(authority: StartedAuthority) {
  const { issuer } = authority.config
  return startService({ issuer, audience: issuer })
}

test('G09 a service hears of an end even where the older log gives its number a second time', async () => {
  await using authority = await startAuthority()
  const [first, victim] = [await signUp(authority, 'first'), await signUp(authority, 'victim')]
  const putBack = await keepCopy(authority)
  await using service = await serviceOf(authority)
  await service.guard.ready()
  await authority.client.logout(first.accessToken)
  await waitUntil('the service has heard', async () => {
    return (await service.statusOf(first.accessToken)) === 401
  })
  await putBack()
  await authority.client.logout(victim.accessToken)
  await waitUntil('the service has heard of the second end', async () => {
    return (await service.statusOf(victim.accessToken)) === 401
  })
})

test('an end that the older database has lost stays an end for a running service', async () => {
  await using authority = await startAuthority()
  const tokens = await signUp(authority, 'first')
  const putBack = await keepCopy(authority)
  await using service = await serviceOf(authority)
  await service.guard.ready()
  await authority.client.logout(tokens.accessToken)
  await waitUntil('the service has heard', async () => {
    return (await service.statusOf(tokens.accessToken)) === 401
  })
  await putBack()
  const { cursor } = service.guard.health().issuers[0] ?? {}
  await waitUntil('the service follows the new epoch', () => {
    const now = service.guard.health().issuers[0]
    return now?.status === 'fresh' && now.connected && now.cursor !== cursor
  })
  expect(await service.statusOf(tokens.accessToken, '/strict')).toBe(401)
})

test('a session that the older database does not know can be ended for all services', async () => {
  await using authority = await startAuthority()
  const putBack = await keepCopy(authority)
  await using service = await serviceOf(authority)
  const { accessToken } = await signUp(authority, 'late')
  expect(await service.statusOf(accessToken)).toBe(200)
  await putBack()
  expect((await authority.client.profile(accessToken)).status).toBe(401)
  expect((await authority.client.logout(accessToken)).status).toBe(204)
  await waitUntil('the service refuses', async () => (await service.statusOf(accessToken)) === 401)
})
