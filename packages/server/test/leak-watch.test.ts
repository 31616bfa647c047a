import { runSignet, spawnAuthority, startAuthority } from '@signet/testkit'
import {
  endLeakWatch,
  findLeaks,
  keepSecret,
  startLeakWatch,
  watchSource,
  watchText,
} from '@signet/testkit/leaks'
import { describe, expect, test } from 'vitest'
import { createSecretText } from '../src/config/secrets.ts'

const PASSWORD = 'correct horse battery'

describe('R15 H14 the watch over every test file', () => {
  test('finds what is planted, in part and in every encoding it looks for', () => {
    const secret = createSecretText()
    const secrets = new Map([
      ['master', secret],
      ['password', 'pass wörd & more'],
    ])
    const found = (text: string) => findLeaks([text], secrets)
    expect(found('a clean log')).toEqual([])
    expect(found(`{"secret":"${secret}"}`)).toEqual(['master'])
    expect(found(`cut: ${secret.slice(3, 30)}…`)).toEqual(['master'])
    expect(found(Buffer.from(secret, 'base64url').toString('hex'))).toEqual(['master'])
    expect(found(`/login?p=${encodeURIComponent('pass wörd & more')}`)).toEqual(['password'])
    expect(found(Buffer.from('pass wörd & more').toString('base64url'))).toEqual(['password'])
  })

  test('keeps what authorities and commands are given and give, and reads what they say', async () => {
    startLeakWatch()
    await using authority = await startAuthority()
    await using spawned = await spawnAuthority()
    for (const { client } of [authority, spawned]) {
      const { body } = await client.signup('ada@example.com', PASSWORD)
      await client.refresh(body.refreshToken)
      await client.login('ada@example.com', 'not the password')
    }
    await runSignet(['user', 'list'], { cwd: spawned.folder, settings: spawned.settings })
    await authority.stop()
    await spawned.stop()
    const { leaks, secrets, characters } = endLeakWatch()
    expect(leaks).toEqual([])
    // Two pairs of tokens each, with two parts of every access token; passwords; master secrets.
    expect(secrets).toBeGreaterThan(16)
    // Two pages of figures and the log of both.
    expect(characters).toBeGreaterThan(10_000)
    startLeakWatch()
  })

  test.each<[string, (secret: string) => void]>([
    ['a text', (secret) => watchText(`unexpected ${secret}`)],
    ['a log that goes on', (secret) => watchSource(() => JSON.stringify({ secret }))],
  ])('tells of a token in %s', async (_where, say) => {
    await using authority = await startAuthority()
    const { body } = await authority.client.signup('ada@example.com', PASSWORD)
    startLeakWatch()
    keepSecret('access token', body.accessToken)
    keepSecret('refresh token', body.refreshToken)
    say(body.accessToken.split('.')[2] ?? '')
    say(body.refreshToken)
    const { leaks } = endLeakWatch()
    expect(leaks).toEqual(['access token 1', 'refresh token 2'])
    startLeakWatch()
  })
})
