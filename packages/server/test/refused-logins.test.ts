import { databases, startAuthority, type TestDatabase } from '@signet/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAccounts } from '../src/accounts/accounts.ts'
import { findDecoyHash } from '../src/accounts/decoy-hash.ts'
import type { PasswordHasher } from '../src/accounts/password-hasher.ts'
import { openTestDatabase } from './open-test-database.ts'

const PASSWORD = 'correct horse battery'
const BCRYPT = '$2b$10$g70xXaTC5bO2Eoh8NJ8Vy.Jn5qcE9k3gQ57HgOxRlwmFL7zlt1pUu'
const clock = { now: Date.now, monotonic: () => performance.now() }

describe.each(databases)('a refused login on $name', ({ open }) => {
  let database: TestDatabase

  beforeEach(async () => {
    database = await open()
  })
  afterEach(() => database[Symbol.asyncDispose]())

  test('K01 says the same and leaves the same row, whatever it is refused for', async () => {
    await using authority = await startAuthority({
      settings: { ...database.settings },
    })
    const { client } = authority
    await client.signup('known@example.com', PASSWORD)
    await client.signup('off@example.com', PASSWORD)
    await database.query("update accounts set disabled_at = 1 where email = 'off@example.com'")
    await database.query(
      `insert into accounts (id, email, email_verified, password_hash, created_at)
        values ('acc_none', 'none@example.com', 0, '$none', 1)`,
    )
    const answers = []
    for (const [email, password] of [
      ['known@example.com', 'not the password'],
      ['unknown@example.com', PASSWORD],
      ['no address', PASSWORD],
      ['off@example.com', PASSWORD],
      ['off@example.com', 'not the password'],
      ['none@example.com', '$none'],
    ] as const) {
      const { status, headers, body } = await client.login(email, password)
      const names = [...headers.keys()].filter((header) => header !== 'date')
      answers.push(JSON.stringify([status, names, headers.get('content-length'), body]))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('credentials_wrong')
    const rows = await database.query(
      "select result, actor, address, detail from audit where type = 'login_refused'",
    )
    expect(rows).toHaveLength(6)
    expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(1)
  })

  test('K01 to an address without an account costs what one to some account costs, and always the same', async () => {
    const handle = await openTestDatabase(database, clock)
    try {
      expect(await findDecoyHash(handle, 'nobody@example.com')).toBeNull()
      for (let number = 0; number < 40; number++) {
        const id = `acc_${Buffer.from(`${number}`.padStart(16, '~')).toString('base64url')}`
        await database.query(
          `insert into accounts (id, email, email_verified, password_hash, created_at)
            values ('${id}', 'p${number}@example.com', 0, '${number % 2 === 0 ? BCRYPT : '$none'}', 1)`,
        )
      }
      await database.query(
        "update accounts set id = 'acc_' || substr(email, 2, 1) || substr(id, 6)",
      )
      const asked: (string | null)[] = []
      const hasher: PasswordHasher = {
        load: () => ({ running: 0, waiting: 0 }),
        hash: async () => '',
        verify: async ({ passwordHash }) => {
          asked.push(passwordHash)
          // Right, were there an account.
          return true
        },
      }
      const events = { emit: () => {}, record: async () => {} }
      const accounts = createAccounts({ database: handle, hasher, clock, events })
      const tryAll = async () => {
        for (let number = 0; number < 60; number++) {
          const email = `nobody${number}@example.com`
          const login = accounts.authenticate({ email, password: PASSWORD, address: null })
          await expect(login).rejects.toMatchObject({ code: 'credentials_wrong' })
        }
        return asked.splice(0)
      }
      const first = await tryAll()
      expect(new Set(first)).toEqual(new Set([BCRYPT, '$none']))
      expect(await tryAll()).toEqual(first)
    } finally {
      await handle.close()
    }
  })
})
