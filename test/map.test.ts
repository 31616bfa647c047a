import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const DOCUMENTS = execFileSync('git', ['ls-files', '*.md'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '')

test('every path that ARCHITECTURE.md names exists', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8')
  const paths = text.match(/\b(packages|examples|docs|scripts|test)\/[\w./-]*[\w/]/g) ?? []
  expect(paths.length).toBeGreaterThan(50)
  expect([...new Set(paths)].filter((path) => !existsSync(path))).toEqual([])
})

test.each(DOCUMENTS)('every link of %s within the project leads somewhere', (file) => {
  const text = readFileSync(file, 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '')
  expect(links.filter((link) => !existsSync(join(dirname(file), link)))).toEqual([])
})
