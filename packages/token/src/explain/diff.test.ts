import { expect, it } from 'vitest'
import { createEncrypted, createToken, NOW, rsaSignature } from '../../test/explain-tokens.ts'
import { diffTokens } from './diff.ts'

const before = createToken({ claims: { roles: ['a', 'b'], n: 1, o: { x: 1, y: 2 }, gone: null } })
const now = { now: NOW }

function changesOf(claims: Record<string, unknown>) {
  const all = { roles: ['a', 'b'], n: 1, o: { x: 1, y: 2 }, gone: null, ...claims }
  return diffTokens(before, createToken({ claims: all }), now).claims
}

it('finds nothing between a token and itself, however it was pasted', () => {
  expect(diffTokens(before, `Bearer ${before}\n`, now)).toMatchObject({
    comparable: true,
    content: 'identical',
    signature: 'same',
    header: [],
    claims: [],
    words: [
      'Header and claims are the same.',
      'The signature is the same: it is one token.',
      expect.stringMatching(/^The first: It ends .* The second: It ends /),
    ],
  })
})

it.each([
  [
    { exp: NOW + 840 + 900 },
    {
      name: 'exp',
      change: 'changed',
      before: NOW + 840,
      after: NOW + 1740,
      words: '15 minutes later',
    },
  ],
  [{ iat: NOW - 120 }, { name: 'iat', words: '1 minute earlier' }],
  [
    { scope: 'orders:read orders:write' },
    { name: 'scope', added: ['orders:write'], removed: [], words: '1 added' },
  ],
  [{ aud: ['billing', 'orders'] }, { name: 'aud', added: ['billing'], removed: [] }],
  [
    { aud: ['orders'] },
    { name: 'aud', added: [], removed: [], words: 'the same in another order or spelling' },
  ],
  [
    { roles: ['b', 'c'] },
    { name: 'roles', added: ['c'], removed: ['a'], words: '1 added, 1 removed' },
  ],
  [{ roles: ['b', 'a'] }, { name: 'roles', words: 'the same in another order or spelling' }],
  [{ n: 3 }, { name: 'n', words: '2 more' }],
  [{ n: '1' }, { name: 'n', words: 'was a number, is a text' }],
  [{ n: null }, { name: 'n', words: 'was a number, is null' }],
  [{ o: { y: 2, x: 5 } }, { name: 'o', words: '1 member of it differs' }],
  [{ sub: 'acc_2' }, { name: 'sub', words: 'another value' }],
  [
    { extra: 5 },
    { name: 'extra', change: 'added', before: null, after: 5, words: 'only in the second' },
  ],
  [
    { gone: undefined },
    { name: 'gone', change: 'removed', before: null, after: null, words: 'only in the first' },
  ],
])('tells %j in the sense of what it means', (claims, expected) => {
  expect(changesOf(claims)).toEqual([expect.objectContaining(expected)])
})

it('does not take another order of members for a change', () => {
  expect(changesOf({ o: { y: 2, x: 1 } })).toEqual([])
})

it('tells spelling from content', () => {
  const spaced = createToken({ payloadText: ' {"a": "\\u0062"}' })
  const tight = createToken({ payloadText: '{"a":"b"}' })
  expect(diffTokens(spaced, tight, now)).toMatchObject({
    content: 're-encoded',
    claims: [],
    words: [expect.stringContaining('encoded anew'), expect.anything(), expect.anything()],
  })
})

it('tells what the signatures have to do with it', () => {
  const other = createToken({
    claims: { roles: ['a', 'b'], n: 1, o: { x: 1, y: 2 }, gone: null },
    signature: rsaSignature(64),
  })
  expect(diffTokens(before, other, now)).toMatchObject({
    content: 'identical',
    signature: 'different',
    words: [expect.anything(), expect.stringContaining('signed twice'), expect.anything()],
  })
  const [header, , signature] = before.split('.')
  const grafted = [header, createToken({ claims: { sub: 'root' } }).split('.')[1], signature].join(
    '.',
  )
  expect(diffTokens(before, grafted, now)).toMatchObject({
    content: 'different',
    signature: 'same',
    words: [expect.anything(), expect.stringContaining('cannot hold for both'), expect.anything()],
  })
  expect(
    diffTokens(
      before,
      createToken({ header: { kid: 'k2' }, claims: { sub: 'x' }, signature: rsaSignature(64) }),
      now,
    ).words[0],
  ).toBe('1 member of the header and 5 claims differ.')
})

it.each([
  ['hello', ['The second is no token.']],
  [createEncrypted({}), ['The second is encrypted: there is nothing to compare.']],
  [createToken({ payloadText: '[' }), ['The second has claims that cannot be read.']],
  [createToken({ headerText: '[' }), ['The second has a header that cannot be read.']],
])('says what it cannot compare: %#', (second, words) => {
  expect(diffTokens(before, second, now)).toEqual({
    version: 1,
    now: NOW,
    comparable: false,
    content: 'unknown',
    signature: 'unknown',
    lifetimes: null,
    header: [],
    claims: [],
    words,
  })
})

it('sees a difference between numbers that are one double', () => {
  const of = (n: string) => createToken({ payloadText: `{"n":${n}}` })
  expect(diffTokens(of('9007199254740993'), of('9007199254740992')).content).toBe('different')
  expect(diffTokens(of('9007199254740993'), of('9007199254740995')).claims).toHaveLength(1)
  expect(diffTokens(of('9007199254740993'), of('9007199254740993')).content).toBe('identical')
})
