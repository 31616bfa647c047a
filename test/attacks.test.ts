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

test.each(['docs/security/threat-model.md', 'docs/security/asvs.md'])(
  'every pointer of %s leads somewhere',
  (file) => {
    const text = readFileSync(file, 'utf8')
    const pointers = [...text.matchAll(/`([\w./-]+\.(?:ts|mjs|md))`/g)].map(
      ([, path]) => path ?? '',
    )
    expect(pointers.length).toBeGreaterThan(30)
    expect([...new Set(pointers)].filter((path) => !existsSync(path))).toEqual([])
  },
)

test('docs/security/asvs.md has every requirement of its chapters, and says where it stands', () => {
  const rows = [
    ...readFileSync('docs/security/asvs.md', 'utf8').matchAll(
      /^\| (\d+\.\d+)\.(\d+) \| .+ \| (held|not held|not there|yours) \| .{5,} \|$/gm,
    ),
  ]
  const counts: Record<string, number> = {}
  for (const [, section = '', number] of rows) {
    counts[section] = (counts[section] ?? 0) + 1
    expect(`${section}.${number}`).toBe(`${section}.${counts[section]}`)
  }
  expect(counts).toEqual({
    ...{ '6.1': 3, '6.2': 12, '6.3': 8, '6.4': 6, '6.5': 8, '6.6': 4, '6.7': 2, '6.8': 4 },
    ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 3, '7.6': 2, '9.1': 3, '9.2': 4 },
    ...{ '10.1': 2, '10.2': 3, '10.3': 5, '10.4': 16, '10.5': 5, '10.6': 2, '10.7': 3 },
  })
})

test('every promise of the threat model points to a test', () => {
  const text = readFileSync('docs/security/threat-model.md', 'utf8')
  const [, promised = '', notPromised = ''] = text.split(/^## What is (?:not )?promised$/m)
  const claims = (part: string) => part.split(/^- /m).slice(1)
  expect(claims(promised).length).toBeGreaterThan(20)
  for (const claim of claims(promised)) expect(claim).toMatch(/`(packages|test)\/[\w./-]+\.ts`/)
  expect(claims(notPromised).length).toBeGreaterThan(5)
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
