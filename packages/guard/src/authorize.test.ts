import { describe, expect, it } from 'vitest'
import { authorize, type Requirements } from './authorize.ts'
import { createIdentity } from './identity.ts'

const identity = createIdentity({
  claims: { iss: 'i', sub: 'acc_1', exp: 1, scope: 'read write', roles: ['editor'] },
  token: 'token',
  watch: () => () => {},
})

const ALLOWED: Requirements[] = [
  {},
  { scopes: { all: ['read', 'write'] } },
  { scopes: { any: ['admin', 'write'] } },
  { roles: { any: ['editor', 'admin'] } },
  { scopes: { all: ['read'], any: ['write', 'x'] }, roles: { all: ['editor'] } },
]

const REFUSED: [Requirements, string][] = [
  [{ scopes: { all: ['read', 'delete'] } }, 'scope_insufficient'],
  [{ scopes: { any: ['delete', 'admin'] } }, 'scope_insufficient'],
  [{ scopes: { all: ['read'], any: ['delete'] } }, 'scope_insufficient'],
  [{ scopes: { all: ['rea'] } }, 'scope_insufficient'],
  [{ scopes: { any: [] } }, 'scope_insufficient'],
  [{ roles: { any: ['admin'] } }, 'role_insufficient'],
  [{ roles: { all: ['editor', 'admin'] } }, 'role_insufficient'],
  [{ roles: { all: ['Editor'] } }, 'role_insufficient'],
]

describe('authorize', () => {
  it.each(ALLOWED)('allows %j', (requirements) => {
    expect(() => authorize(identity, requirements)).not.toThrow()
  })

  it.each(REFUSED)('refuses %j', (requirements, code) => {
    expect(() => authorize(identity, requirements)).toThrow(expect.objectContaining({ code }))
  })
})
