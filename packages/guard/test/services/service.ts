import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RouteOptions } from '../../src/index.ts'

export interface Service extends AsyncDisposable {
  readonly url: string
  /** How many requests reached a handler. */
  handled: number
}

/** Each answers the identity, or null, to every method. */
export const ROUTES: Record<string, RouteOptions> = {
  '/plain': {},
  '/scoped': { scopes: { all: ['orders:read', 'orders:write'] } },
  '/any-scope': { scopes: { any: ['orders:read', 'orders:admin'] } },
  '/admin': { roles: { any: ['admin'] } },
  '/strict': { onStale: 'refuse' },
  '/optional': { optional: true },
}

/** Routes whose `onError` answers nothing and throws what frameworks may take for a go-ahead. */
export const THROWING: Record<string, unknown> = {
  '/throws/undefined': undefined,
  '/throws/null': null,
  '/throws/route': 'route',
  '/throws/router': 'router',
  '/throws/error': new Error('broken'),
}

export function throwIt(thrown: unknown): never {
  throw thrown
}

/** A service over a listening server; `close` where the framework ends it in a way of its own. */
export async function serviceOf(
  server: Server,
  close: () => unknown = () => server.close(),
): Promise<Service> {
  if (!server.listening) await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handled: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await close()
      if (server.listening) await once(server, 'close')
    },
  }
}
