import { expect, test } from 'vitest'
import { fileText } from './file-name.ts'

const asFile = { isSecret: false, otherwise: 'the file' }
const asSecret = { isSecret: true, otherwise: 'the file' }

test.each(['t.txt', './keys/k.jwk', 'my token.txt', '/home/ada/x.pem', 'token'])(
  '%s is a name to be shown',
  (file) => expect(fileText(file, asFile)).toBe(file),
)

test.each([
  'eyJhbGciOiJFUzI1NiJ9.e30.AAAA',
  'Bearer abc.txt',
  'ghp_abc.txt',
  'c2VjcmV0LXNlY3JldC1zZWNyZXQ',
  'correct horse battery staple',
  'a\u001b[2J.txt',
  `${'long/'.repeat(40)}t.txt`,
])('%j could be a secret, and is not', (file) => expect(fileText(file, asFile)).toBe('the file'))

test('a short word is not shown where a secret is due', () => {
  expect(fileText('hunter2', asSecret)).toBe('the file')
  expect(fileText('s.txt', asSecret)).toBe('s.txt')
})
