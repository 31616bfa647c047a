import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createIdentity } from './identity.ts'

const createFrom = (claims: Record<string, unknown>, token = 't') =>
  createIdentity({ claims: { ...CLAIMS, ...claims }, token, watch: () => () => {} })

const CLAIMS = { iss: 'https://issuer.example', sub: 'acc_1', exp: 2000 }

describe('createIdentity', () => {
  it('has the token for forwarding but never shows it', () => {
    const identity = createFrom({}, 'the.secret.token')
    expect(identity.token).toBe('the.secret.token')
    expect(JSON.stringify(identity)).not.toContain('secret')
    expect(inspect(identity)).not.toContain('secret')
    expect('token' in { ...identity }).toBe(false)
    expect(inspect(identity)).not.toContain('onRevoked')
  })

  it('is frozen in every part that decides', () => {
    const identity = createFrom({ scope: 'read', roles: ['editor'] })
    for (const part of [identity, identity.claims, identity.scopes, identity.roles]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })

  it.each([
    ['scope as a list', { scope: ['admin'] }],
    ['scope as an object', { scope: { admin: true } }],
    ['roles as a text', { roles: 'admin' }],
    ['roles with something that is no text', { roles: ['admin', 7] }],
    ['roles as an object', { roles: { 0: 'admin', length: 1 } }],
    ['session and client of other types', { sid: 7, client_id: ['app'] }],
  ])('grants nothing by %s', (_name, claims) => {
    const identity = createFrom(claims)
    expect(identity).toMatchObject({ scopes: [], roles: [], sessionId: null, clientId: null })
  })

  it('reads scopes as separate words', () => {
    expect(createFrom({ scope: ' a  b c' }).scopes).toEqual(['a', 'b', 'c'])
  })
})
