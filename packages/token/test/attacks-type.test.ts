// Attack class E, the library's part: a token of one kind where another is due.
import type * as T from '@signet/token'
import { describe, expect, it } from 'vitest'
import { ES256 } from './attack-keys.ts'
import { expected, forge, good, verdict } from './forge.ts'

const judge = (typ: unknown, type: T.VerifyOptions['type']) => {
  const header = { alg: 'ES256', kid: ES256.kid, ...(typ === undefined ? {} : { typ }) }
  const options = type === undefined ? expected : { ...expected, type }
  return verdict(forge(header, good, ES256.signer), ES256.key, options)
}

describe('E01 every kind of token where every other kind is due', () => {
  const kinds = ['at+jwt', 'JWT', 'logout+jwt', 'dpop+jwt', 'secevent+jwt', 'rt+jwt']
  it.each(kinds)('only %s passes where it is due', async (due) => {
    for (const typ of kinds) {
      expect(await judge(typ, due), typ).toBe(typ === due ? 'accepted' : 'type_mismatch')
    }
    expect(await judge(undefined, due)).toBe('type_mismatch')
  })

  it('only a plain JWT passes where no kind is named', async () => {
    for (const typ of kinds) {
      expect(await judge(typ, undefined)).toBe(typ === 'JWT' ? 'accepted' : 'type_mismatch')
    }
    expect(await judge(undefined, undefined)).toBe('accepted')
  })
})

describe('E02 spellings of typ', () => {
  it('application/ is left out only where no other slash follows', async () => {
    expect(await judge('text/x', 'text/x')).toBe('accepted')
    expect(await judge('application/text/x', 'text/x')).toBe('type_mismatch')
    expect(await judge('text/x', 'application/text/x')).toBe('type_mismatch')
  })

  it.each([
    ['at+jwt', 'accepted'],
    ['AT+JWT', 'accepted'],
    ['At+Jwt', 'accepted'],
    ['application/at+jwt', 'accepted'],
    ['APPLICATION/AT+JWT', 'accepted'],
    ['application/application/at+jwt', 'type_mismatch'],
    ['x/at+jwt', 'type_mismatch'],
    ['text/at+jwt', 'type_mismatch'],
    ['at+jwt ', 'type_mismatch'],
    [' at+jwt', 'type_mismatch'],
    ['at+jwtx', 'type_mismatch'],
    ['xat+jwt', 'type_mismatch'],
    ['at+jwt;v=1', 'type_mismatch'],
    ['at', 'type_mismatch'],
    ['', 'type_mismatch'],
    ['at+ｊwt', 'type_mismatch'],
  ])('%j is %s where at+jwt is due', async (typ, code) => {
    expect(await judge(typ, 'at+jwt')).toBe(code)
    expect(await judge(typ, 'application/at+jwt')).toBe(code)
  })

  it.each([
    ['JWT', 'accepted'],
    ['jwt', 'accepted'],
    ['application/jwt', 'accepted'],
    ['JWT ', 'type_mismatch'],
    ['', 'type_mismatch'],
    ['JOSE', 'type_mismatch'],
  ])('%j is %s by default', async (typ, code) => {
    expect(await judge(typ, undefined)).toBe(code)
  })

  it.each(['at+jwt', 'anything', ''])('%j passes where any is due', async (typ) => {
    expect(await judge(typ, null)).toBe('accepted')
  })

  it.each([['JWT'], [['at+jwt']], [7], [null], [{}]])('a typ that is %j', async (typ) => {
    const code = typeof typ === 'string' ? 'accepted' : 'header_invalid'
    expect(await judge(typ, null)).toBe(code)
  })
})
