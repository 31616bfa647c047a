import { FakeClock, startAuthority, startService } from '@signet/testkit'
import { decode } from '@signet/token'
import { describe, expect, test } from 'vitest'

const PERSON = ['ada@example.com', 'correct horse battery'] as const

// A session outlives the settings it began under.

describe('a shorter life of tokens', () => {
  test('G01 an old token stays refused for as long as it would have lived', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({
      clock,
      settings: { SIGNET_ACCESS_TTL: '1h' },
    })
    const { client } = authority
    const old = (await client.signup(...PERSON)).body
    await authority.restart({ SIGNET_ACCESS_TTL: '1m' })
    const { refreshToken } = (await client.refresh(old.refreshToken)).body
    await client.call('/logout', { body: { refreshToken } })
    const { body } = await client.call<{ entries: { expiresAt: number }[] }>('/revocations')
    expect(body.entries[0]?.expiresAt).toBe(Number(decode(old.accessToken).claims.exp) + 60)
  })

  test('and so does one from before a clock was set back', async () => {
    const clock = new FakeClock()
    await using authority = await startAuthority({ clock })
    const { client } = authority
    const before = (await client.signup(...PERSON)).body
    clock.jump(-600)
    const { refreshToken } = (await client.refresh(before.refreshToken)).body
    await client.call('/logout', { body: { refreshToken } })
    const { body } = await client.call<{ entries: { expiresAt: number }[] }>('/revocations')
    expect(body.entries[0]?.expiresAt).toBe(Number(decode(before.accessToken).claims.exp) + 60)
  })
})

describe('another audience', () => {
  const OLD = 'https://old.example'
  const NEW = 'https://new.example'

  test('a refresh gives tokens for what is known now', async () => {
    await using authority = await startAuthority({ settings: { SIGNET_AUDIENCE: OLD } })
    const { client } = authority
    const old = (await client.signup(...PERSON)).body
    await authority.restart({ SIGNET_AUDIENCE: NEW })
    const renewed = (await client.refresh(old.refreshToken)).body
    expect(decode(renewed.accessToken).claims.aud).toBe(NEW)
    await using service = await startService({
      issuer: authority.config.issuer,
      audience: NEW,
    })
    expect(await service.statusOf(renewed.accessToken)).toBe(200)
    expect(await service.statusOf(old.accessToken)).toBe(401)
  })

  test('a token for the old one still ends its session', async () => {
    await using authority = await startAuthority({ settings: { SIGNET_AUDIENCE: OLD } })
    const { client } = authority
    const { accessToken, refreshToken } = (await client.signup(...PERSON)).body
    await authority.restart({ SIGNET_AUDIENCE: NEW })
    expect((await client.logout(accessToken)).status).toBe(204)
    expect((await client.refresh(refreshToken)).body.code).toBe('session_ended')
  })
})
