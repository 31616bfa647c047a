import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HAS_VECTORS, listVectors, vectorPath } from '../../test/vectors.ts'
import { JsonProblem, parseJsonObject } from './parse.ts'

const SUITE = vectorPath('JSONTestSuite/test_parsing')

// Valid by the grammar and refused here on purpose.
const REFUSED_THOUGH_VALID = new Map([
  ['y_object_duplicated_key.json', 'duplicate member'],
  ['y_object_duplicated_key_and_value.json', 'duplicate member'],
])
const OUTERMOST_VALUE = 'not an object'

describe.skipIf(!HAS_VECTORS)('JSONTestSuite', () => {
  const files = listVectors('JSONTestSuite/test_parsing')

  it('has all its files', () => {
    expect(files).toHaveLength(318)
  })

  it.each(files.filter((name) => name.startsWith('y_')))('accepts %s inside an object', (name) => {
    const bytes = readFileSync(`${SUITE}/${name}`)
    const expected = REFUSED_THOUGH_VALID.get(name)
    if (expected !== undefined) {
      expect(problemOf(bytes)).toBe(expected)
      return
    }
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    expect(problemOf(bytes)).toBe(isObject ? null : OUTERMOST_VALUE)
    expect(parseJsonObject(inObject(bytes))).toEqual({ x: value })
  })

  it.each(files.filter((name) => name.startsWith('n_')))('refuses %s, bare and inside', (name) => {
    const bytes = readFileSync(`${SUITE}/${name}`)
    expect(problemOf(bytes)).not.toBeNull()
    // Two of them are whole objects when something is put around them.
    expect(problemOf(inObject(bytes))).not.toBeNull()
  })

  it.each(files.filter((name) => name.startsWith('i_')))('decides %s once and for all', (name) => {
    const bytes = readFileSync(`${SUITE}/${name}`)
    const problem = problemOf(inObject(bytes))
    // Numbers out of range are the claims' matter; text that is not Unicode is refused.
    expect(problem === null).toBe(name.includes('number'))
  })
})

it('agrees with JSON.parse on every object that JSON.stringify writes', () => {
  const member = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }).filter((text) => !/\p{Surrogate}/u.test(text)),
    fc.double(),
    fc.integer(),
  )
  const object = fc.dictionary(
    fc.string().filter((name) => name !== '__proto__'),
    fc.oneof(
      member,
      fc.array(member),
      fc.dictionary(
        fc.string().filter((n) => n !== '__proto__'),
        member,
      ),
    ),
  )
  fc.assert(
    fc.property(object, fc.boolean(), (value, isSpaced) => {
      const text = JSON.stringify(value, null, isSpaced ? 1 : undefined)
      expect(parseJsonObject(Buffer.from(text))).toEqual(JSON.parse(text))
    }),
    { numRuns: 2000 },
  )
})

it('refuses every object with a member written twice, however it is written', () => {
  const name = fc.string({ minLength: 0, maxLength: 3 }).filter((n) => n !== '__proto__')
  const value = fc.oneof(
    fc.constantFrom(
      '1e9',
      '1E2',
      '0',
      '-0',
      '1000',
      '1.0',
      '""',
      '"\\n"',
      '[]',
      '{}',
      'null',
      'true',
    ),
    fc.integer().map(String),
    fc.string().map((text) => JSON.stringify(text)),
  )
  const escaped = (text: string) =>
    `"${[...text].map((c) => [...Array(c.length).keys()].map((i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')).join('')}"`
  fc.assert(
    fc.property(
      fc.array(fc.tuple(name, value), { maxLength: 6 }),
      fc.tuple(name, value, value),
      fc.nat(6),
      fc.boolean(),
      fc.boolean(),
      (members, [twice, first, second], at, isEscaped, isNested) => {
        const written = members
          .filter(([one]) => one !== twice)
          .filter(([one], index, all) => all.findIndex(([other]) => other === one) === index)
          .map(([one, text]) => `${JSON.stringify(one)}:${text}`)
        const once = `${JSON.stringify(twice)}:${first}`
        const again = `${isEscaped ? escaped(twice) : JSON.stringify(twice)}:${second}`
        const wrap = (list: readonly string[]) =>
          isNested ? `{"outer":[{${list.join(',')}}]}` : `{${list.join(',')}}`
        const good = [...written.slice(0, at), once, ...written.slice(at)]
        expect(problemOf(Buffer.from(wrap(good)))).toBeNull()
        expect(problemOf(Buffer.from(wrap([...good, again])))).toBe('duplicate member')
      },
    ),
    { numRuns: 3000 },
  )
})

function inObject(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from('{"x":'), bytes, Buffer.from('}')])
}

function problemOf(bytes: Buffer): string | null {
  try {
    parseJsonObject(bytes)
    return null
  } catch (error) {
    if (error instanceof JsonProblem) return error.message
    throw error
  }
}
