import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { MasterSecret } from '../config/secrets.ts'
import { createRefreshToken, isAuthentic, parseRefreshToken } from './refresh-token.ts'
import { createSessionId } from './session.ts'

const secret = new MasterSecret(randomBytes(32))
const session = { id: createSessionId(), generation: 3, salt: randomBytes(32), clientId: 'signet' }
const token = createRefreshToken(secret, session)

function present(text: string) {
  const presented = parseRefreshToken(text)
  if (presented === null) throw new Error('not of the form of a refresh token')
  return presented
}

test('a token says its session, generation and secret, and is recognised', () => {
  const presented = present(token)
  expect(presented).toMatchObject({
    sessionId: session.id,
    generation: 3,
    secretId: secret.id,
  })
  expect(isAuthentic(presented, secret, session)).toBe(true)
})

test('the same session and generation make the same token, byte for byte', () => {
  expect(createRefreshToken(secret, session)).toBe(token)
})

test('another salt, client, secret or generation makes another token', () => {
  const presented = present(token)
  expect(isAuthentic(presented, secret, { ...session, salt: randomBytes(32) })).toBe(false)
  expect(isAuthentic(presented, secret, { ...session, clientId: 'other' })).toBe(false)
  expect(isAuthentic(presented, new MasterSecret(randomBytes(32)), session)).toBe(false)
  expect(createRefreshToken(secret, { ...session, generation: 4 })).not.toBe(token)
})

test('no change of one character leaves a token that is recognised', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. '
  for (let index = 0; index < token.length; index++) {
    for (const character of alphabet) {
      if (token[index] === character) continue
      const changed = token.slice(0, index) + character + token.slice(index + 1)
      const presented = parseRefreshToken(changed)
      const accepted = presented !== null && isAuthentic(presented, secret, session)
      expect(accepted, `character ${index} changed to ${character}`).toBe(false)
    }
  }
})

test('what is not of the form is not a token', () => {
  for (const text of ['', 'rt_', token.slice(1), `${token}A`, token.slice(0, -1), ` ${token}`]) {
    expect(parseRefreshToken(text)).toBeNull()
  }
})
