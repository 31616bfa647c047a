import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createGzip, gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { BackupError } from './backup-error.ts'
import type { BackupContents, RowBatch } from './backup-format.ts'
import { decodeBackup } from './decode-backup.ts'
import { encodeBackup } from './encode-backup.ts'

const HEADER = { schemaVersion: 1, createdAt: 1_700_000_000, issuer: 'https://login.example.com' }

const BATCHES: RowBatch[] = [
  { table: 'roles', rows: [{ name: 'admin', scopes: '', created_at: 1 }] },
  {
    table: 'accounts',
    rows: [
      { id: 'acc_1', email: 'ada@example.com', name: 'Ada \u2028 "L"\n🦊', disabled_at: null },
      { id: 'acc_2', email: 'bob@example.com', name: null, disabled_at: 1_700_000_000 },
    ],
  },
  { table: 'account_roles', rows: [{ account_id: 'acc_1', role: 'admin' }] },
  { table: 'keys', rows: [{ kid: 'k1' }, { kid: 'k2' }] },
]

async function pack(batches: Iterable<RowBatch> = BATCHES, header = HEADER): Promise<Buffer> {
  return buffer(Readable.from(encodeBackup(header, Readable.from(batches))).pipe(createGzip()))
}

async function read(
  packed: Uint8Array,
): Promise<{ batches: RowBatch[]; contents: BackupContents }> {
  const batches: RowBatch[] = []
  const contents = await decodeBackup(Readable.from([packed]), async (batch) => {
    batches.push(batch)
  })
  return { batches, contents }
}

async function refusalOf(packed: Uint8Array): Promise<string | null> {
  try {
    await read(packed)
    return null
  } catch (error) {
    if (error instanceof BackupError) return error.code
    throw error
  }
}

/** The lines of a good backup, changed, packed again. */
async function repack(change: (lines: string[]) => string[]): Promise<Buffer> {
  const lines = gunzipSync(await pack())
    .toString()
    .split('\n')
    .slice(0, -1)
  return gzipSync(
    change(lines)
      .map((line) => `${line}\n`)
      .join(''),
  )
}

test('what was written is read again, table by table', async () => {
  const { batches, contents } = await read(await pack())
  expect(batches).toEqual(BATCHES)
  expect(contents).toEqual({
    header: HEADER,
    counts: { roles: 1, accounts: 2, account_roles: 1, clients: 0, keys: 2 },
  })
})

test('many rows are handed on in batches, none twice and none left out', async () => {
  const rows = Array.from({ length: 1_234 }, (_, index) => ({ kid: `k${index}` }))
  const { batches } = await read(await pack([{ table: 'keys', rows }]))
  expect(batches.map((batch) => batch.rows.length)).toEqual([500, 500, 234])
  expect(batches.flatMap((batch) => batch.rows)).toEqual(rows)
})

test('cut anywhere it is refused', async () => {
  const packed = await pack()
  for (let length = 0; length < packed.length; length++) {
    expect([length, await refusalOf(packed.subarray(0, length))]).toEqual([
      length,
      expect.stringMatching(/^(backup_damaged|not_a_backup)$/),
    ])
  }
})

test('with any bit changed it is refused, or nothing that counts was changed', async () => {
  const packed = await pack()
  const good = await read(packed)
  let refused = 0
  for (let index = 0; index < packed.length * 8; index++) {
    const changed = Buffer.from(packed)
    changed.writeUInt8(changed.readUInt8(index >> 3) ^ (1 << (index & 7)), index >> 3)
    if ((await refusalOf(changed)) === null) expect(await read(changed)).toEqual(good)
    else refused += 1
  }
  // What is left are bits of gzip's own header: a time, a system, a name that is not there.
  expect(refused).toBeGreaterThan((packed.length - 10) * 8 * 0.95)
})

describe('is refused', () => {
  const NOT_JSON = '{"table":"accounts","row":{"password_hash":"$argon2id$'

  test.each<[string, string, (lines: string[]) => string[]]>([
    ['a line left out', 'backup_damaged', ([first = '', , ...rest]) => [first, ...rest]],
    ['a line twice', 'backup_damaged', ([a = '', b = '', ...rest]) => [a, b, b, ...rest]],
    [
      'two lines exchanged',
      'backup_damaged',
      ([a = '', b = '', c = '', ...rest]) => [a, c, b, ...rest],
    ],
    ['its last lines missing', 'backup_damaged', (lines) => lines.slice(0, -2)],
    ['something behind its end', 'backup_damaged', (lines) => [...lines, lines[1] ?? '']],
    ['a second end', 'backup_damaged', (lines) => [...lines, lines.at(-1) ?? '']],
    ['an end of another form', 'backup_damaged', (lines) => [...lines.slice(0, -1), '{"end":7}']],
    ['an end of null', 'backup_damaged', (lines) => [...lines.slice(0, -1), '{"end":null}']],
    ['a line that is no JSON', 'backup_damaged', ([a = '', ...rest]) => [a, NOT_JSON, ...rest]],
    ['a line that is a list', 'backup_damaged', ([a = '', ...rest]) => [a, '[1]', ...rest]],
    ['an empty line', 'backup_damaged', ([a = '', ...rest]) => [a, '', ...rest]],
    [
      'a table that is none of its own',
      'backup_damaged',
      ([a = '', ...rest]) => [a, '{"table":"sessions","row":{}}', ...rest],
    ],
    [
      'a value that is no scalar',
      'backup_damaged',
      ([a = '', ...rest]) => [a, '{"table":"keys","row":{"kid":{"a":1}}}', ...rest],
    ],
    ['no header', 'not_a_backup', (lines) => lines.slice(1)],
    ['nothing at all', 'not_a_backup', () => []],
    [
      'a header of another program',
      'not_a_backup',
      (lines) => ['{"format":"other"}', ...lines.slice(1)],
    ],
    [
      'a header without versions',
      'not_a_backup',
      (lines) => ['{"format":"signet-backup"}', ...lines.slice(1)],
    ],
    [
      'a header of a newer format',
      'backup_newer',
      (lines) => ['{"format":"signet-backup","formatVersion":2}', ...lines.slice(1)],
    ],
  ])('%s', async (_what, code, change) => {
    expect(await refusalOf(await repack(change))).toBe(code)
  })

  test.each<[string, Uint8Array]>([
    ['text', Buffer.from('root:x:0:0:root:/root:/bin/bash\n'.repeat(1_000))],
    ['packed text', gzipSync('root:x:0:0:root:/root:/bin/bash\n'.repeat(1_000))],
    ['an empty file', new Uint8Array(0)],
    ['a line without end', gzipSync(Buffer.alloc(3_000_000, 'a'))],
  ])('%s', async (_what, bytes) => {
    expect(await refusalOf(bytes)).toBe('not_a_backup')
  })

  test('and no word of what stands in it is said', async () => {
    const packed = await repack(([first = '', ...rest]) => [first, NOT_JSON, ...rest])
    await expect(read(packed)).rejects.not.toThrow('argon2id')
  })
})

test('what takes the rows fails with its own error', async () => {
  const failing = decodeBackup(Readable.from([await pack()]), async () => {
    throw new RangeError('full')
  })
  await expect(failing).rejects.toThrow(RangeError)
})
