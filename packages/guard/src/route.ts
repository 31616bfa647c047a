import type { Needed, Requirements } from './authorize.ts'
import { createOptionProblems, isObject, type OptionProblems } from './option-problems.ts'

const ON_STALE = ['accept', 'refuse', 'introspect'] as const

/**
 * What to do with a token while the feed cannot tell whether it was revoked: accept it until it
 * expires, answer 503, or ask the authority about this one token (RFC 7662).
 */
export type OnStale = (typeof ON_STALE)[number]

export interface RouteOptions extends Requirements {
  /** Lets requests without credentials through, without an identity. Bad ones are refused still. */
  readonly optional?: boolean
  /** Default: the guard's. */
  readonly onStale?: OnStale
}

/** Route options that were checked. Made by `guard.route`, once per route. */
export interface Route extends RouteOptions {
  readonly optional: boolean
  readonly onStale: OnStale
}

const ROUTE_OPTION_NAMES = new Set(['scopes', 'roles', 'optional', 'onStale'])
const NEEDED_NAMES = new Set(['all', 'any'])

const routes = new WeakSet<object>()

export function isRoute(options: RouteOptions): options is Route {
  return routes.has(options)
}

/** @throws TypeError listing everything that is wrong */
export function parseRoute(options: RouteOptions, onStaleByDefault: OnStale): Route {
  const problems = createOptionProblems()
  if (!isObject(options)) throw new TypeError('Route options must be an object')
  problems.checkNames(options, ROUTE_OPTION_NAMES, '')
  const { optional = false, onStale = onStaleByDefault } = options
  if (typeof optional !== 'boolean') problems.add('optional must be true or false')
  checkOnStale(onStale, problems)
  const scopes = readNeeded('scopes', options.scopes, problems)
  const roles = readNeeded('roles', options.roles, problems)
  problems.throwIfAny('Route options')
  const route: Route = Object.freeze({ optional, onStale, scopes, roles })
  routes.add(route)
  return route
}

export function checkOnStale(onStale: unknown, problems: OptionProblems): void {
  if (!ON_STALE.some((policy) => policy === onStale)) {
    problems.add("onStale must be 'accept', 'refuse' or 'introspect'")
  }
}

function readNeeded(name: string, needed: unknown, problems: OptionProblems): Needed {
  if (needed === undefined) return {}
  if (!isObject(needed)) {
    problems.add(`${name} must be an object with "all", "any" or both`)
    return {}
  }
  problems.checkNames(needed, NEEDED_NAMES, `${name}.`)
  const { all, any }: { all?: unknown; any?: unknown } = needed
  if (all === undefined && any === undefined) problems.add(`${name} asks for nothing`)
  const read = (list: unknown, where: string): readonly string[] => {
    if (isNames(list)) return Object.freeze([...list])
    problems.add(`${where} must be a list of one or more names`)
    return []
  }
  return Object.freeze({
    ...(all === undefined ? {} : { all: read(all, `${name}.all`) }),
    ...(any === undefined ? {} : { any: read(any, `${name}.any`) }),
  })
}

/** Names without spaces, quotes or control characters, as scopes are (RFC 6749, section 3.3). */
function isNames(list: unknown): list is string[] {
  if (!Array.isArray(list) || list.length === 0) return false
  return list.every((name) => typeof name === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(name))
}
