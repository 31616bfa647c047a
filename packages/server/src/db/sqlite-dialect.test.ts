import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { querySqliteFile } from '@signet/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Database } from './database.ts'
import { Kysely, sql } from './query-builder.ts'
import type { Schema } from './schema/schema.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'
import { loadSqlite, type SqliteConnection } from './sqlite-runtime.ts'

let folder: string
let path: string
let connection: SqliteConnection
let database: Database
/** Every statement that reached the file, and what happens instead of one. */
let reached: string[]
let instead: Map<string, () => never>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-test-'))
  path = join(folder, 'file.db')
  connection = (await loadSqlite())(path, 'write')
  connection.exec('pragma journal_mode = wal')
  connection.exec('create table roles (name text primary key, scopes text, created_at integer)')
  reached = []
  instead = new Map()
  const query = new Kysely<Schema>({ dialect: createSqliteDialect(watched(connection), 'write') })
  database = new Database({ query, kind: 'sqlite', setPatience: () => {} })
})

afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

function watched(real: SqliteConnection): SqliteConnection {
  return {
    ...real,
    prepare(text) {
      const statement = real.prepare(text)
      const run =
        <Args extends readonly unknown[], Result>(act: (...args: Args) => Result) =>
        (...args: Args): Result => {
          reached.push(text.split(' ', 1)[0] ?? '')
          instead.get(text)?.()
          return act(...args)
        }
      return { ...statement, all: run(statement.all), run: run(statement.run) }
    },
  }
}

const insert = (name: string, db = database) =>
  db.query.insertInto('roles').values({ name, scopes: '', created_at: 0 }).execute()

const read = () => database.query.selectFrom('roles').select('name').orderBy('name').execute()

/** As another process sees the file. */
async function committed(): Promise<unknown[]> {
  const rows = await querySqliteFile(path, 'select name from roles order by name')
  return rows.map((row) => row['name'])
}

const fail = (message: string) => () => {
  throw new Error(message)
}

test('writes of one turn are all there and share one commit', async () => {
  await Promise.all(['a', 'b', 'c', 'd'].map((name) => insert(name)))
  expect(await committed()).toEqual(['a', 'b', 'c', 'd'])
  expect(reached.filter((word) => word === 'commit')).toHaveLength(1)
  await insert('e')
  expect(await committed()).toEqual(['a', 'b', 'c', 'd', 'e'])
})

test('nobody is answered before the commit, not even who only read', async () => {
  instead.set('commit', fail('the disk is gone'))
  const all = [read(), insert('a'), insert('b')]
  for (const outcome of await Promise.allSettled(all)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the disk is gone' } })
  }
  expect(await committed()).toEqual([])
  instead.clear()
  await insert('c')
  expect(await committed()).toEqual(['c'])
})

test('a file that another process keeps locked fails who writes, and nobody later', async () => {
  instead.set('begin immediate', fail('database is locked'))
  for (const { status } of await Promise.allSettled([insert('a'), insert('b')])) {
    expect(status).toBe('rejected')
  }
  instead.clear()
  await insert('c')
  expect(await committed()).toEqual(['c'])
})

test('a read that nobody writes beside needs no commit', async () => {
  expect(await read()).toEqual([])
  expect(reached).toEqual(['select'])
})

test('reads of one turn see what was committed before their own', async () => {
  instead.set('commit', fail('the disk is gone'))
  const [refused, seen] = await Promise.allSettled([insert('a'), read()])
  expect(refused).toMatchObject({ status: 'rejected' })
  expect(seen).toEqual({ status: 'fulfilled', value: [] })
})

test('a statement that is refused fails alone', async () => {
  const outcomes = await Promise.allSettled([insert('a'), insert('a'), insert('b')])
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await committed()).toEqual(['a', 'b'])
})

test('where SQLite rolls everything back by itself nobody hears that it was done', async () => {
  const text = 'delete from "roles"'
  instead.set(text, () => {
    connection.exec('rollback')
    throw new Error('database or disk is full')
  })
  const outcomes = await Promise.allSettled([
    insert('a'),
    database.query.deleteFrom('roles').execute(),
    insert('b'),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  expect(await committed()).toEqual(['b'])
})

test('single statements and transactions do not get into one another', async () => {
  const before = insert('before')
  const rolledBack = database.transaction(async (tx) => {
    await insert('inside', tx)
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
    throw new Error('changed my mind')
  })
  const seenMeanwhile = read()
  const after = insert('after')
  const kept = database.transaction((tx) => insert('kept', tx))
  await expect(rolledBack).rejects.toThrow('changed my mind')
  await Promise.all([before, after, kept])
  expect((await seenMeanwhile).map(({ name }) => name)).not.toContain('inside')
  expect(await committed()).toEqual(['after', 'before', 'kept'])
})

const commits = () => reached.filter((word) => word === 'commit').length

test('transactions of one turn share a commit with each other and with single writes', async () => {
  const both = (tx: Database, name: string) =>
    insert(`${name}1`, tx).then(() => insert(`${name}2`, tx))
  await Promise.all([
    database.transaction((tx) => both(tx, 'a')),
    insert('b'),
    database.transaction((tx) => both(tx, 'c')),
  ])
  expect(await committed()).toEqual(['a1', 'a2', 'b', 'c1', 'c2'])
  expect(commits()).toBe(1)
})

test('a transaction that is given up takes nobody else along', async () => {
  const givenUp = (name: string) =>
    database.transaction(async (tx) => {
      await insert(name, tx)
      throw new Error('changed my mind')
    })
  const outcomes = await Promise.allSettled([
    database.transaction((tx) => insert('a', tx)),
    givenUp('b'),
    database.transaction((tx) => insert('c', tx)),
    givenUp('d'),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
  ])
  expect(await committed()).toEqual(['a', 'c'])
})

test('no transaction is answered before the commit, and one that fails fails all', async () => {
  instead.set('commit', fail('the disk is gone'))
  const hooks: string[] = []
  const write = (name: string) =>
    database.transaction(async (tx) => {
      tx.onCommit(() => hooks.push(name))
      await insert(name, tx)
    })
  for (const outcome of await Promise.allSettled([write('a'), insert('b'), write('c')])) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the disk is gone' } })
  }
  expect(hooks).toEqual([])
  expect(await committed()).toEqual([])
  instead.clear()
  await write('d')
  expect(hooks).toEqual(['d'])
  expect(await committed()).toEqual(['d'])
})

test('where SQLite rolls everything back inside a transaction nobody hears that it was done', async () => {
  const text = 'delete from "roles"'
  instead.set(text, () => {
    connection.exec('rollback')
    throw new Error('database or disk is full')
  })
  const swallow = async () => {
    // Behind the others, in the same turn.
    for (let step = 0; step < 100; step++) await null
    const swallowed = database.transaction(async (tx) => {
      await tx.query
        .deleteFrom('roles')
        .execute()
        .catch(() => {})
    })
    await Promise.all([expect(swallowed).rejects.toThrow(), insert('d')])
  }
  const outcomes = await Promise.allSettled([
    database.transaction((tx) => insert('a', tx)),
    insert('b'),
    swallow(),
  ])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  await database.transaction((tx) => insert('c', tx))
  expect(await committed()).toEqual(['c', 'd'])
})

test('who shares a commit with a long transaction waits for its end, whoever comes later does not', async () => {
  const order: string[] = []
  const before = insert('a').then(() => order.push('a'))
  const long = database.transaction(async (tx) => {
    await insert('long', tx)
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
    order.push('end of long')
  })
  await Promise.all([before, long])
  expect(order).toEqual(['end of long', 'a'])
  expect(commits()).toBe(1)
})

test('closing waits for a transaction that is open', async () => {
  const open = database.transaction(async (tx) => {
    await insert('a', tx)
    await new Promise(setImmediate)
    await insert('b', tx)
  })
  await new Promise(setImmediate)
  await Promise.all([database.close(), open])
  expect(await committed()).toEqual(['a', 'b'])
})

test('who gave up for what another wrote hears of it when that is on disk', async () => {
  const giveUp = () =>
    database.transaction(async (tx) => {
      const rows = await tx.query.selectFrom('roles').select('name').execute()
      throw new Error(`there is ${rows[0]?.name}`)
    })
  const write = (name: string) => database.transaction((tx) => insert(name, tx))
  instead.set('commit', fail('the disk is gone'))
  for (const outcome of await Promise.allSettled([write('a'), giveUp()])) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the disk is gone' } })
  }
  instead.clear()
  const outcomes = await Promise.allSettled([write('b'), giveUp()])
  expect(outcomes).toMatchObject([{ status: 'fulfilled' }, { reason: { message: 'there is b' } }])
  expect(await committed()).toEqual(['b'])
})

test('a transaction alone in its turn needs no savepoint, and nothing of it is left when given up', async () => {
  const givenUp = database.transaction(async (tx) => {
    await insert('a', tx)
    throw new Error('changed my mind')
  })
  await expect(givenUp).rejects.toThrow('changed my mind')
  expect(reached).toEqual(['begin', 'insert', 'rollback'])
  await database.transaction((tx) => insert('b', tx))
  expect(await committed()).toEqual(['b'])
})

test('a transaction of which a statement failed is not kept, whoever caught its error', async () => {
  const careless = (name: string) =>
    database.transaction(async (tx) => {
      await insert(name, tx)
      await insert(name, tx).catch(() => {})
    })
  const outcomes = await Promise.allSettled([careless('a'), insert('b'), careless('c')])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected'])
  expect(await committed()).toEqual(['b'])
})

test('what works outside of transactions only runs between them', async () => {
  const [, checkpoint] = await Promise.all([
    insert('a'),
    sql`pragma wal_checkpoint(truncate)`.execute(database.query),
    insert('b'),
  ])
  expect(checkpoint.rows).toMatchObject([{ busy: 0 }])
  expect(await committed()).toEqual(['a', 'b'])
})

test('a file that is only read is left as it is, and so is its log', async () => {
  await insert('a')
  connection.exec('pragma wal_checkpoint(passive)')
  const files = () => Promise.all([readFile(path), readFile(`${path}-wal`)])
  const before = await files()
  expect(before[1].length).toBeGreaterThan(0)
  const reading = (await loadSqlite())(path, 'read')
  const query = new Kysely<Schema>({ dialect: createSqliteDialect(reading, 'read') })
  expect(await query.selectFrom('roles').select('name').execute()).toEqual([{ name: 'a' }])
  await expect(query.deleteFrom('roles').execute()).rejects.toThrow('readonly')
  await query.destroy()
  const after = await files()
  expect(after.map((bytes, index) => before[index]?.equals(bytes))).toEqual([true, true])
})

test('a write that was begun before the end is done', async () => {
  const written = insert('a')
  while (!reached.includes('insert')) await null
  await database.close()
  await written
  expect(await committed()).toEqual(['a'])
})
