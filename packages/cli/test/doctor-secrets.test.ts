// What `signet doctor` says of master secrets, listed or not.
import { createSecretText } from '@signet/server'
import { databases, startAuthority, type TestDatabase } from '@signet/testkit'
import { describe, expect, test } from 'vitest'
import { NOWHERE, runDoctor, settingsFor } from './deployment.ts'

const timeout = 120_000
const PERSON = ['ada@example.com', 'correct horse battery'] as const

/** A database with one session, made under the secret of its settings. */
async function withSession(database: TestDatabase) {
  const authority = await startAuthority({ settings: database.settings })
  const { body } = await authority.client.signup(...PERSON)
  return { authority, tokens: body }
}

describe.each(databases)('master secrets on $name', { timeout }, ({ open }) => {
  test('one that is listed behind the first may go once nothing hangs on it', async () => {
    await using database = await open()
    const [first, second] = [database.settings.SIGNET_SECRET, createSecretText()]
    const both = { SIGNET_SECRET: `${second},${first}` }
    const look = async (secrets = both) => {
      const run = await runDoctor(settingsFor(database, secrets))
      for (const secret of [first, second]) expect(run.said).not.toContain(secret)
      return run.row('old_secrets')
    }
    const { authority, tokens } = await withSession(database)
    await using _ = authority
    // Nobody has started with the new one: the keys are still under the old.
    expect(await look()).toMatchObject({
      status: 'ok',
      words: expect.stringMatching(/^entry 2 .* seals 2 signing keys/),
    })
    await authority.restart(both)
    expect(await look()).toMatchObject({
      status: 'ok',
      words: expect.stringMatching(/^entry 2 .* 1 session$/),
    })
    const renewed = await authority.client.refresh(tokens.refreshToken)
    expect(renewed.status).toBe(200)
    expect(await look()).toMatchObject({
      status: 'ok',
      words: expect.stringMatching(/^entry 2 .* no session .* audit log/),
    })
    await authority.stop()
    // As if the old entries had been forgotten by now.
    const [session] = await database.query('select secret_id from sessions')
    await database.query(
      `update audit set secret_id = ${Number(session?.['secret_id'])} returning sequence`,
    )
    expect(await look()).toMatchObject({ status: 'warning', finding: 'secret_unused' })
    expect(await look({ SIGNET_SECRET: second })).toMatchObject({ status: 'ok', finding: null })
  })

  test('one that rows need and that is not listed is an alarm', async () => {
    await using database = await open()
    const { authority, tokens } = await withSession(database)
    await using _ = authority
    const another = createSecretText()
    const alarm = await runDoctor(settingsFor(database, { SIGNET_SECRET: another }))
    expect(alarm.row('old_secrets')).toMatchObject({ status: 'problem', finding: 'secret_missing' })
    expect(alarm.row('old_secrets').words).toMatch(/2 signing keys .* 1 session .* audit log/)
    expect(alarm.row('signing_keys').status).toBe('skipped')
    expect(alarm.code).toBe(10)
    // A session that has ended needs nothing any more.
    await authority.client.logout(tokens.accessToken)
    const later = await runDoctor(settingsFor(database, { SIGNET_SECRET: another }))
    expect(later.row('old_secrets').words).not.toContain('session')
  })
})

test(
  'a secret that was typed is no secret, wherever it stands',
  async () => {
    const [good, typed] = [createSecretText(), 'abcdefghijklmnopqrstuvwxyz0123456789abcdefg']
    const run = await runDoctor({
      SIGNET_ISSUER: NOWHERE,
      SIGNET_DATABASE_URL: 'sqlite:none.db',
      SIGNET_SECRET: `${good},${typed}`,
    })
    expect(run.row('secret')).toMatchObject({ status: 'problem', finding: 'secret_weak' })
    expect(run.row('secret').words).toContain('entry 2 of')
    expect(run.said).not.toContain(typed)
  },
  timeout,
)
