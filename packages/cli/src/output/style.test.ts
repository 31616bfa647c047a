import { expect, test } from 'vitest'
import { createStyle } from './style.ts'

const terminal = { isTTY: true, columns: 200, hasColors: () => true }
const pipe = { isTTY: false }

const isColoured = (stream: object, env: NodeJS.ProcessEnv) =>
  createStyle(stream as NodeJS.WriteStream, env).bold('x') !== 'x'

test.each<[string, object, NodeJS.ProcessEnv, boolean]>([
  ['a terminal', terminal, {}, true],
  ['a terminal without colours', { ...terminal, hasColors: () => false }, {}, false],
  ['a pipe', pipe, {}, false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['an empty NO_COLOR, which is none', terminal, { NO_COLOR: '' }, true],
  ['FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['both', pipe, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
])('%s decides about colours', (_name, stream, env, expected) => {
  expect(isColoured(stream, env)).toBe(expected)
})

test('there are 80 columns where nobody says, and never more than can be read', () => {
  const columnsOf = (stream: object) => createStyle(stream as NodeJS.WriteStream, {}).columns
  expect(columnsOf(pipe)).toBe(80)
  expect(columnsOf(terminal)).toBe(100)
  expect(columnsOf({ ...terminal, columns: 7 })).toBe(40)
})
