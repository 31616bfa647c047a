import { expect, test } from 'vitest'
import { parseEmail } from './email.ts'

test.each([
  ['Ada@Example.COM', 'ada@example.com'],
  ['a.b+tag@sub.example.com', 'a.b+tag@sub.example.com'],
  ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
  ['ada@ＥＸＡＭＰＬＥ.com', 'ada@example.com'],
  ['ada@почта.рф', 'ada@xn--80a1acny.xn--p1ai'],
])('%s is %s', (text, canonical) => expect(parseEmail(text)).toBe(canonical))

test.each([
  '',
  'ada',
  '@example.com',
  'ada@',
  'a@b@example.com',
  ' ada@example.com',
  'ada@example.com ',
  'ada@example',
  'ada@localhost',
  'ada@127.0.0.1',
  'ada@[127.0.0.1]',
  'ada@-example.com',
  'ada@example..com',
  'ada@example.com.',
  '.ada@example.com',
  'a..b@example.com',
  '"ada"@example.com',
  'аda@example.com',
  'ada＠example.com',
  'ada@exаmple.com',
  'ada@xn--exmple-4nf.com',
  'ada@gοοgle.com',
  'ıda@example.com',
  '\u212ada@example.com',
  'ada@example.com/x',
  'ada@example.com#x',
  'ada@example.com?x',
  'ada@exam\nple.com',
  'ada@example%2ecom',
  'ada@exam\u00adple.com',
  'ada@exam\u200bple.com',
  'ada@example\u3002com',
  'ada\u0000@example.com',
  'ada\r\n@example.com',
  `${'a'.repeat(65)}@example.com`,
  `ada@${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.com`,
])('%j is refused', (text) => {
  expect(() => parseEmail(text)).toThrow(expect.objectContaining({ code: 'email_invalid' }))
})
