import { execFile } from 'node:child_process'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  databases,
  querySqliteFile,
  runScript,
  type SpawnedAuthority,
  spawnAuthority,
} from '@signet/testkit'
import { describe, expect, test } from 'vitest'
import { blockAfter } from '../../../test/documents.ts'

// docs/operations/import.md with its examples, as somebody follows it.

const GUIDE = 'docs/operations/import.md'
const EXAMPLES = 'docs/operations/import'
const PASSWORD = 'correct horse battery'
const timeout = 120_000
const run = promisify(execFile)

/** Puts the scripts of the guide and its examples where the authority runs. */
async function lay(cwd: string): Promise<void> {
  await cp(EXAMPLES, cwd, { recursive: true })
  const text = await readFile(GUIDE, 'utf8')
  for (const [, name = ''] of text.matchAll(/<!-- file: (\S+) -->/g)) {
    await writeFile(join(cwd, name), blockAfter(GUIDE, `file: ${name}`))
  }
}

/** Runs a block of the guide, and answers what it printed. */
function follow(marker: string, { folder: cwd, settings }: SpawnedAuthority) {
  const script = blockAfter(GUIDE, `${marker}: a test`)
  return runScript({ script, cwd, settings })
}

/** Imports, and says how many were: all of them, on an empty authority. */
async function importAll(authority: SpawnedAuthority, marker = 'import'): Promise<number> {
  const { stdout } = await follow(marker, authority)
  const [, rows, imported] =
    /^(\d+) rows: (\d+) imported, 0 there already, 0 refused\n$/.exec(stdout) ?? []
  expect(imported, stdout).toBe(rows)
  return Number(imported)
}

async function profileOf({ client }: SpawnedAuthority, email: string, password: string) {
  const { status, body } = await client.login(email, password)
  if (status !== 200) return status
  return (await client.profile(body.accessToken)).body
}

const rowsOf = ({ folder }: SpawnedAuthority) =>
  querySqliteFile(
    join(folder, 'data', 'signet.db'),
    'select email, name, disabled_at is not null as disabled, created_at, password_hash from accounts order by email',
  )

test('every command of the guide stands behind a marker that is run here', async () => {
  const text = await readFile(GUIDE, 'utf8')
  const here = await readFile('packages/server/test/import-guides.test.ts', 'utf8')
  const markers = [...text.matchAll(/<!-- (.+): a test runs these lines -->\n```sh/g)]
  expect(text.match(/```sh/g)).toHaveLength(markers.length)
  for (const [, marker] of markers) expect(here).toContain(`'${marker}'`)
})

describe(GUIDE, { timeout }, () => {
  test('Auth0: rehearsed, imported, looked at, exported', async () => {
    await using authority = await spawnAuthority()
    await lay(authority.folder)
    expect(await follow('auth0', authority)).toMatchObject({ stderr: '' })
    expect(await follow('rehearse', authority)).toMatchObject({
      stdout: '3 rows: 3 to import, 0 there already, 0 refused\n',
    })
    expect(await importAll(authority)).toBe(3)
    expect((await follow('check', authority)).stdout.trimEnd().split('\n')).toHaveLength(3)
    // The id that docs/reference/account-rows.md computes.
    const snippet = blockAfter('docs/reference/account-rows.md', 'snippet: new-id')
    const script = `${snippet}\nconsole.log(newId('auth0|507f1f77bcf86cd799439020'))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script])
    expect(await profileOf(authority, 'ada@example.com', PASSWORD)).toEqual({
      id: stdout.trim(),
      email: 'ada@example.com',
      emailVerified: true,
      name: 'Ada Lovelace',
      roles: [],
      createdAt: 1_700_000_000,
    })
    expect(await profileOf(authority, 'bob@example.com', PASSWORD)).toBe(401)
    expect(await rowsOf(authority)).toMatchObject([
      { password_hash: expect.stringMatching(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/) },
      { name: null, disabled: 1 },
      { password_hash: '$none' },
    ])
    expect(await follow('export', authority)).toMatchObject({ stdout: '3 accounts\n' })
  })

  test('Firebase', async () => {
    await using authority = await spawnAuthority()
    await lay(authority.folder)
    expect(await follow('firebase', authority)).toMatchObject({ stderr: '' })
    expect(await importAll(authority, 'firebase import')).toBe(2)
    expect(await profileOf(authority, 'ada@example.com', 'user1password')).toMatchObject({
      name: 'Ada Lovelace',
      emailVerified: true,
      createdAt: 1_700_000_000,
    })
    expect(await rowsOf(authority)).toMatchObject([{}, { name: 'Eve', password_hash: '$none' }])
  })

  test('Keycloak', async () => {
    await using authority = await spawnAuthority()
    await lay(authority.folder)
    expect(await follow('keycloak', authority)).toMatchObject({ stderr: '' })
    expect(await importAll(authority)).toBe(3)
    expect(await profileOf(authority, 'ada@example.com', PASSWORD)).toMatchObject({
      name: 'Ada Lovelace',
      emailVerified: true,
      roles: ['editor'],
      createdAt: 1_700_000_000,
    })
    expect(await profileOf(authority, 'bob@example.com', PASSWORD)).toMatchObject({
      emailVerified: false,
      roles: [],
    })
    expect(await rowsOf(authority)).toMatchObject([{}, {}, { disabled: 1, password_hash: '$none' }])
  })

  test('Devise', async () => {
    const postgres = databases.find(({ name }) => name === 'PostgreSQL')
    await using old = await (postgres ?? expect.unreachable()).open()
    const statements = (await readFile(join(EXAMPLES, 'devise-users.sql'), 'utf8')).split(';\n')
    for (const statement of statements) if (statement.trim() !== '') await old.query(statement)
    const rows = await old.query(blockAfter(GUIDE, 'file: devise.sql'))
    const text = rows.map((row) => `${JSON.stringify(Object.values(row)[0])}\n`).join('')
    await using authority = await spawnAuthority()
    await writeFile(join(authority.folder, 'accounts.ndjson'), text)
    expect(await importAll(authority)).toBe(2)
    expect(await profileOf(authority, 'ada@example.com', PASSWORD)).toMatchObject({
      emailVerified: true,
      createdAt: 1_700_000_000,
    })
    expect(await rowsOf(authority)).toMatchObject([{}, { password_hash: '$none' }])
  })

  test('Django', async () => {
    await using authority = await spawnAuthority()
    await lay(authority.folder)
    expect(await follow('django', authority)).toMatchObject({ stderr: '' })
    expect(await importAll(authority)).toBe(3)
    expect(await profileOf(authority, 'ada@example.com', PASSWORD)).toMatchObject({
      name: 'Ada Lovelace',
      createdAt: 1_700_000_000,
    })
    expect(await profileOf(authority, 'bob@example.com', PASSWORD)).toMatchObject({ name: null })
    expect(await rowsOf(authority)).toMatchObject([{}, {}, { disabled: 1, password_hash: '$none' }])
  })
})

test('docs/reference/account-rows.md has every code that a line is refused with', async () => {
  const code = await readFile('packages/server/src/accounts/row-refusal.ts', 'utf8')
  const hashes = await readFile('packages/server/src/accounts/hashes/hash-kind.ts', 'utf8')
  const inCode = [...`${code}\n${hashes}`.matchAll(/[|=] '([a-z0-9]+_\w+)'/g)].map(
    ([, name]) => name,
  )
  const docs = await readFile('docs/reference/account-rows.md', 'utf8')
  const inDocs = [...docs.matchAll(/^\| `(\w+_\w+)` \|/gm)].map(([, name]) => name)
  expect(inCode.length).toBeGreaterThan(10)
  expect(inDocs.sort()).toEqual(inCode.sort())
})
