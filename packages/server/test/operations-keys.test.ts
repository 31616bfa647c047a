import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SpawnedAuthority, spawnAuthority, startService, waitUntil } from '@signet/testkit'
import { createSigner, decode, importJwk } from '@signet/token'
import { describe, expect, test } from 'vitest'
import { MasterSecret } from '../src/config/secrets.ts'
import { openSealedKey } from '../src/keys/sealed-key.ts'
import { queryFile } from './database-file.ts'
import { runBlock } from './run-block.ts'

const PERSON = ['ada@example.com', 'correct horse battery'] as const
const timeout = 180_000

const kidOf = (token: string) => String(decode(token).header.kid)

async function kidsOf({ client }: SpawnedAuthority): Promise<string[]> {
  const { body } = await client.call<{ keys: { kid: string }[] }>('/.well-known/jwks.json')
  return body.keys.map(({ kid }) => kid)
}

test.each(['keys.md', 'key-compromise.md'])(
  'every command of docs/operations/%s stands behind a marker that is run here',
  async (file) => {
    const text = await readFile(`docs/operations/${file}`, 'utf8')
    const here = await readFile('packages/server/test/operations-keys.test.ts', 'utf8')
    const markers = [...text.matchAll(/<!-- (.+): a test runs these lines -->\n\s*```sh/g)]
    expect(markers).toHaveLength(text.match(/```sh/g)?.length ?? 0)
    for (const [, marker] of markers) expect(here).toContain(`'${file}', '${marker}'`)
  },
)

describe('docs/operations/key-compromise.md', { timeout }, () => {
  test('minute by minute: a stolen key is dead everywhere, and nobody is logged out', async () => {
    await using authority = await spawnAuthority()
    const { client, folder, url } = authority
    const issuer = `http://localhost:${new URL(url).port}`
    const person = (await client.signup(...PERSON)).body
    const kid = kidOf(person.accessToken)
    await using service = await startService({ issuer, audience: issuer })
    await service.guard.ready()

    // Whoever has the database and the master secret makes tokens for everybody.
    const forged = await forge({ folder, kid, model: person.accessToken })
    expect(await service.statusOf(forged)).toBe(200)
    expect(await service.statusOf(forged, '/admin')).toBe(200)

    const settings = { ...authority.settings, SIGNET_URL: url, KID: kid }
    const at = { folder, settings }
    expect(await runBlock('key-compromise.md', 'list', at)).toMatch(
      new RegExp(`^active +ES256 +${kid} +signs since`, 'm'),
    )
    expect(await runBlock('key-compromise.md', 'revoke', at)).toMatch(
      new RegExp(`^revoked +ES256 +${kid} +revoked`, 'm'),
    )
    await waitUntil('the service refuses what was forged', async () => {
      return (await service.statusOf(forged, '/admin')) === 401
    })
    expect(await service.statusOf(person.accessToken)).toBe(401)
    const seen = await runBlock('key-compromise.md', 'check', at)
    expect(seen).toContain('key_revoked')
    expect(seen.slice(seen.indexOf('"keys":'), seen.indexOf(']}'))).not.toContain(kid)

    // Sessions live on.
    const renewed = await client.refresh(person.refreshToken)
    expect(renewed.status).toBe(200)
    expect(await service.statusOf(renewed.body.accessToken)).toBe(200)

    // And the key that waited is taken for known as well.
    const former = kidOf(renewed.body.accessToken)
    await runBlock('key-compromise.md', 'next', at)
    expect((await readFile(join(folder, 'former-next.txt'), 'utf8')).trim()).toBe(former)
    await waitUntil('it is gone', async () => !(await kidsOf(authority)).includes(former))
    const again = await client.refresh(renewed.body.refreshToken)
    expect(again.status).toBe(200)
    await waitUntil('the service takes the newest', async () => {
      return (await service.statusOf(again.body.accessToken)) === 200
    })
    // It may have had the newest key all along: what the feed says comes by itself.
    await waitUntil('the service refuses the one that waited', async () => {
      return (await service.statusOf(renewed.body.accessToken)) === 401
    })
  })
})

describe('docs/operations/keys.md', { timeout }, () => {
  test('keys are listed, hurried and brought along, beside a running authority', async () => {
    await using authority = await spawnAuthority({
      // What is published may sign 17 s later.
      settings: { SIGNET_KEY_ROTATION: '40s', SIGNET_ACCESS_TTL: '30s' },
    })
    const { folder, settings, client } = authority
    await client.signup(...PERSON)
    const at = { folder, settings }
    expect(await runBlock('keys.md', 'list', at)).toMatch(/^active .*\nnext .* signs from \d{4}-/m)
    expect(await runBlock('keys.md', 'rotate', at)).toMatch(/^active /m)
    const imported = await runBlock('keys.md', 'import', at)
    const kid = /^next +ES256 +(\S+)/m.exec(imported)?.[1] ?? ''
    expect(await kidsOf(authority)).toContain(kid)
    await waitUntil(
      'it signs',
      async () => kidOf((await client.login(...PERSON)).body.accessToken) === kid,
      120_000,
    )
  })
})

/** A token of an administrator by somebody who holds the sealed key and the secret. */
async function forge(loot: { folder: string; kid: string; model: string }): Promise<string> {
  const data = join(loot.folder, 'data')
  const secretText = (await readFile(join(data, 'signet.secret'), 'utf8')).trim()
  const [row] = await queryFile(
    join(data, 'signet.db'),
    'select sealed_jwk from signing_keys where kid = ?',
    [loot.kid],
  )
  const secret = new MasterSecret(Buffer.from(secretText, 'base64url'))
  const jwk = openSealedKey(secret, loot.kid, row?.['sealed_jwk'] as Uint8Array)
  const { claims } = decode(loot.model)
  const forged = { ...claims, sub: 'acc_nobody', sid: 'ses_nobody', roles: ['admin'] }
  return createSigner(importJwk(jwk), { type: 'at+jwt' })({ ...forged })
}
