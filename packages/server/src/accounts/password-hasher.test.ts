import { describe, expect, test } from 'vitest'
import { isOwnHash } from './own-hash.ts'
import { createPasswordHasher } from './password-hasher.ts'

const hasher = createPasswordHasher()
const checkStillWanted = () => {}
const verify = (passwordHash: string | null, password: string) =>
  hasher.verify({ passwordHash, password, checkStillWanted })

describe('K05: our own hash', () => {
  test('takes every one of 256 characters, and what follows a NUL', async () => {
    const long = 'p'.repeat(255)
    const hash = await hasher.hash(`${long}1`, checkStillWanted)
    expect(isOwnHash(hash)).toBe(true)
    expect(await verify(hash, `${long}1`)).toBe(true)
    expect(await verify(hash, `${long}2`)).toBe(false)
    const withNul = await hasher.hash('password\0one', checkStillWanted)
    expect(await verify(withNul, 'password\0one')).toBe(true)
    expect(await verify(withNul, 'password\0two')).toBe(false)
  })

  test('is of a password in one Unicode form', async () => {
    const hash = await hasher.hash('caf\u00e9 au lait', checkStillWanted)
    expect(await verify(hash, 'cafe\u0301 au lait')).toBe(true)
    expect(await verify(hash, 'cafe au lait')).toBe(false)
  })
})

describe('K05: an imported bcrypt hash', () => {
  // crypt(3) of libxcrypt, over 72 times the letter p and, below, over "password".
  const OF_72 = '$2b$05$abcdefghijklmnopqrstuueTFRGDqVFTIfwSnwEw/V4ZpLYuQbKSG'
  const OF_PASSWORD = '$2b$05$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu'

  test('knows 72 bytes of a password, which is its own weakness', async () => {
    expect(await verify(OF_72, 'p'.repeat(72))).toBe(true)
    expect(await verify(OF_72, `${'p'.repeat(72)} and more`)).toBe(true)
    expect(await verify(OF_72, 'p'.repeat(71))).toBe(false)
  })

  test('does not take a password that goes on behind a NUL', async () => {
    expect(await verify(OF_PASSWORD, 'password')).toBe(true)
    expect(await verify(OF_PASSWORD, 'password\0')).toBe(false)
    expect(await verify(OF_PASSWORD, 'password\0more')).toBe(false)
  })
})

test('a password is also tried as it was typed where the hash is not ours', async () => {
  // crypt(3) of libxcrypt, over the decomposed form.
  const decomposed = '$2b$05$abcdefghijklmnopqrstuusKeFw3RaP1O7CX4UsL1Zvha7joCwYZ.'
  const composed = '$2b$05$abcdefghijklmnopqrstuusTJFCVMZBlQP1dwbtUrCxhcr59UYFQO'
  expect(await verify(decomposed, 'cafe\u0301 au lait')).toBe(true)
  expect(await verify(composed, 'cafe\u0301 au lait')).toBe(true)
  expect(await verify(composed, 'caf\u00e9 au lait')).toBe(true)
  expect(await verify(composed, 'cafe au lait')).toBe(false)
})

test('no password is that of an account without one, nor of no account', async () => {
  for (const password of ['', '$none', 'a password that no account has']) {
    expect(await verify('$none', password)).toBe(false)
    expect(await verify(null, password)).toBe(false)
  }
})

test('K06: a stored hash whose parameters were raised beyond the bounds is not computed', async () => {
  const huge = '$argon2id$v=19$m=4194304,t=64,p=1$c29tZXNhbHRzYWx0$tLuRifhdfb1V/4Lvxhx4PhQ3SaczSW35'
  await expect(verify(huge, 'password')).rejects.toMatchObject({ code: 'hash_too_costly' })
})

test('while others wait those who are done go on together, but not for long', async () => {
  const own = await hasher.hash('correct horse battery', checkStillWanted)
  // bcrypt with cost 13 takes half a second and more.
  const SLOW = '$2b$13$abcdefghijklmnopqrstuuWG29KuyeAicPCJODk1zjyGvyQUU2awu'
  const order: string[] = []
  await Promise.all([
    verify(own, 'correct horse battery').then(() => order.push('own')),
    ...Array.from({ length: 8 }, () => verify(SLOW, 'password').then(() => order.push('slow'))),
  ])
  expect(order[0]).toBe('own')
  expect(order).toHaveLength(9)
  expect(hasher.load()).toEqual({ running: 0, waiting: 0 })
})
