import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { createIdentity } from './identity.ts'

const CLAIMS = { iss: 'https://issuer.example', sub: 'acc_1', exp: 2000 }

describe('createIdentity', () => {
  it('has the token for forwarding but never shows it', () => {
    const identity = createIdentity({ ...CLAIMS }, 'the.secret.token')
    expect(identity.token).toBe('the.secret.token')
    expect(JSON.stringify(identity)).not.toContain('secret')
    expect(inspect(identity)).not.toContain('secret')
    expect('token' in { ...identity }).toBe(false)
  })

  it('is frozen in every part that decides', () => {
    const identity = createIdentity({ ...CLAIMS, scope: 'read', roles: ['editor'] }, 't')
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
    const identity = createIdentity({ ...CLAIMS, ...claims } as never, 't')
    expect(identity).toMatchObject({ scopes: [], roles: [], sessionId: null, clientId: null })
  })

  it('reads scopes as separate words', () => {
    expect(createIdentity({ ...CLAIMS, scope: ' a  b c' }, 't').scopes).toEqual(['a', 'b', 'c'])
  })
})
