import * as T from '@signet/token'
import { expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { ES256, HS256 } from './attack-keys.ts'
import { codeOf, expected, forge, good } from './forge.ts'

const schema = z.object({
  sub: z.string(),
  role: z.enum(['reader', 'admin']).default('reader'),
  since: z.number().transform((seconds) => new Date(seconds * 1000)),
})
const header = { alg: 'HS256', kid: HS256.kid }
const token = forge(header, { ...good, since: 5, extra: 1 }, HS256.signer)

it('returns what the schema makes of the claims, typed', async () => {
  const options = { ...expected, claims: schema }
  const { claims } = T.verify(token, HS256.key, options)
  expectTypeOf(claims).toEqualTypeOf<{ sub: string; role: 'reader' | 'admin'; since: Date }>()
  expect(claims).toEqual({ sub: 'u1', role: 'reader', since: new Date(5000) })
  expect(T.createVerifier(HS256.key, options)(token).claims.since.getTime()).toBe(5000)
  expect((await T.verifyAsync(token, HS256.key, options)).claims).toEqual(claims)
})

it('names the claim that was refused, and repeats nothing else', () => {
  const secretive = forge(header, { ...good, role: 'hunter2', since: 5 }, HS256.signer)
  let found: unknown
  try {
    T.verify(secretive, HS256.key, { ...expected, claims: schema })
  } catch (error) {
    found = error
  }
  expect(found).toBeInstanceOf(T.TokenError)
  expect(found).toMatchObject({ code: 'claims_refused', claim: 'role' })
  expect(`${String(found)} ${JSON.stringify(found)}`).not.toContain('hunter2')
})

it.each([[[]], [undefined], [[Symbol('x')]], [[7]], [[{ key: 'a b' }]], [['x'.repeat(65)]]])(
  'names no claim where the path %# does not begin with a plain name',
  (path) => {
    const refusing: T.StandardSchema<object> = {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: () => ({ issues: [{ message: 'no', path }] }),
      },
    }
    const options = { ...expected, claims: refusing }
    expect(() => T.verify(token, HS256.key, options)).toThrow(
      expect.objectContaining({ name: 'TokenError', code: 'claims_refused' }),
    )
    expect(() => T.verify(token, HS256.key, options)).not.toThrow(
      expect.objectContaining({ claim: expect.anything() }),
    )
  },
)

it('asks the schema last', () => {
  let asked = 0
  const counting = z.looseObject({}).refine(() => ++asked > 0)
  const options = { ...expected, claims: counting }
  const forged = `${token.slice(0, -4)}AAAA`
  expect(codeOf(() => T.verify(forged, HS256.key, options))).toBe('signature_invalid')
  const other = { ...options, audience: 'billing' }
  expect(codeOf(() => T.verify(token, HS256.key, other))).toBe('audience_mismatch')
  expect(asked).toBe(0)
  expect(codeOf(() => T.verify(token, HS256.key, options))).toBe('accepted')
  expect(asked).toBe(1)
})

it('takes an asynchronous schema where there is something to await', async () => {
  const slow = z.looseObject({}).refine(async () => true)
  const options = { ...expected, claims: slow }
  expect(() => T.verify(token, HS256.key, options)).toThrow()
  const signed = forge({ alg: 'ES256', kid: ES256.kid }, good, ES256.signer)
  const { claims } = await T.verifyAsync(signed, ES256.key, options)
  expect(claims).toMatchObject({ sub: 'u1' })
  const never = { ...expected, claims: z.looseObject({}).refine(async () => false) }
  await expect(T.verifyAsync(signed, ES256.key, never)).rejects.toMatchObject({
    code: 'claims_refused',
  })
})

it('types claims by the caller where there is no schema', () => {
  const { claims } = T.verify<{ role: string }>(token, HS256.key, expected)
  expectTypeOf(claims).toEqualTypeOf<{ role: string }>()
  expectTypeOf(T.verify(token, HS256.key, expected).claims).toEqualTypeOf<T.Claims>()
  expectTypeOf(T.decode(token).claims['sub']).toEqualTypeOf<unknown>()
})
