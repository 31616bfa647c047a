import { expect, test } from 'vitest'
import { createProgram } from '../program.ts'
import { dashedIdLast } from './dashed-id.ts'

const JTI = '-hOCu6HwnPs6MGSuRY2HgA'
const THUMBPRINT = '--V0o3H1nJzE0m0Jc2hG7f5mD4lXwqj2tq8v3uYdAbc'

const seen = (line: string) => dashedIdLast(createProgram(), line.split(' ')).join(' ')

test('an id that begins with a dash is an argument, wherever it stands', () => {
  expect(seen(`key revoke ${THUMBPRINT} --yes`)).toBe(`key revoke --yes -- ${THUMBPRINT}`)
  expect(seen(`key revoke --yes ${THUMBPRINT}`)).toBe(`key revoke --yes -- ${THUMBPRINT}`)
  expect(seen(`revoke token ${JTI}`)).toBe(`revoke token -- ${JTI}`)
})

test.each([
  `key revoke -- ${THUMBPRINT} --yes`,
  `key revoke ${THUMBPRINT.slice(2)} --yes`,
  `key revoke --a-word-of-another-length`,
  `revoke session ${JTI}`,
  `user list ${JTI}`,
  `${JTI}`,
  '--version',
])('left as it is typed: %s', (line) => {
  expect(seen(line)).toBe(line)
})
