import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const TABLE = 'docs/security/attacks.md'

/** How many attacks each class has. */
const CLASSES = { A: 19, B: 9, C: 12, D: 12, E: 5, F: 7, G: 12, H: 16, I: 8, J: 21, K: 19 }

const rows = [...readFileSync(TABLE, 'utf8').matchAll(/^\| ([A-K]\d\d) \| .+ \| (.+) \|$/gm)].map(
  ([, id = '', where = '']) => ({
    id,
    where,
    files: where.startsWith('– ')
      ? []
      : [...where.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file]) => file ?? ''),
  }),
)

test(`${TABLE} has a row for every attack, in order`, () => {
  const wanted = Object.entries(CLASSES).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`),
  )
  expect(rows.map(({ id }) => id)).toEqual(wanted)
})

test(`every row of ${TABLE} names tests or says why there is none`, () => {
  for (const { id, where, files } of rows) {
    expect({ id, isEmpty: where.length < 10 }).toEqual({ id, isEmpty: false })
    if (!where.startsWith('– ')) expect(files, id).not.toEqual([])
  }
})

test(`every file that ${TABLE} names has a test of that id`, () => {
  for (const { id, files } of rows) {
    for (const file of files) {
      const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
      expect({ id, file, isThere: new RegExp(`\\b${id}\\b`).test(text) }).toMatchObject({
        isThere: true,
      })
    }
  }
})

test(`no attack has a test that ${TABLE} does not know of`, () => {
  const tested = ['packages', 'examples']
    .flatMap(testFiles)
    .flatMap((file) => readFileSync(file, 'utf8').match(/\b[A-K]\d\d\b/g) ?? [])
  const unlisted = rows.filter(({ id, files }) => files.length === 0 && tested.includes(id))
  expect(unlisted.map(({ id }) => id)).toEqual([])
})

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      return /^(node_modules|dist|cjs)$/.test(entry.name) ? [] : testFiles(path)
    }
    return entry.name.endsWith('.test.ts') ? [path] : []
  })
}
