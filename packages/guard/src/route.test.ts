import { describe, expect, it } from 'vitest'
import { isRoute, parseRoute, type RouteOptions } from './route.ts'

describe('parseRoute', () => {
  it('keeps what was asked for, apart from the caller and frozen', () => {
    const roles = ['admin']
    const route = parseRoute({ roles: { any: roles } }, 'accept')
    roles.push('everybody')
    expect(route).toEqual({
      optional: false,
      onStale: 'accept',
      scopes: {},
      roles: { any: ['admin'] },
    })
    expect(Object.isFrozen(route.roles?.any)).toBe(true)
    expect(isRoute(route)).toBe(true)
    expect(isRoute({ ...route })).toBe(false)
  })

  it.each([
    [{ role: { any: ['admin'] } }, /no option role/],
    [{ roles: ['admin'] }, /roles must be an object/],
    [{ roles: { some: ['admin'] } }, /no option roles.some; roles asks for nothing/],
    [{ roles: {} }, /asks for nothing/],
    [{ roles: { any: [] } }, /roles.any must be a list/],
    [{ scopes: { all: 'read' } }, /scopes.all must be a list/],
    [{ scopes: { all: ['read write'] } }, /scopes.all must be a list/],
    [{ scopes: { all: [''] } }, /scopes.all must be a list/],
    [{ onStale: 'no' }, /'accept', 'refuse' or 'introspect'/],
    [{ optional: 'yes' }, /optional must be/],
    [null, /must be an object/],
  ])('refuses %j', (options, message) => {
    const parse = () => parseRoute(options as unknown as RouteOptions, 'accept')
    expect(parse).toThrow(TypeError)
    expect(parse).toThrow(message)
  })
})
