import { expect, test } from 'vitest'
import { pad, widthOf, wrap } from './wrap.ts'

test('wide characters take two columns and marks none', () => {
  expect(widthOf('abc')).toBe(3)
  expect(widthOf('日本')).toBe(4)
  expect(widthOf('🔑')).toBe(2)
  expect(widthOf('e\u0301')).toBe(1)
  expect(pad('日', 4)).toBe('日  ')
})

test('lines break at spaces, and within words that are longer than a line', () => {
  expect(wrap('', 5)).toEqual([''])
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('a 123456789 b', 4)).toEqual(['a', '1234', '5678', '9 b'])
  expect(wrap('日本語日本語', 5)).toEqual(['日本', '語日', '本語'])
})
