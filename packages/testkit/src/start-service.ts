import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGuard, type Guard, type GuardOptions } from '@signet/guard'
import { identityOf, protect as protectExpress } from '@signet/guard/express'
import { protect as protectFastify } from '@signet/guard/fastify'
import express from 'express'
import { fastify } from 'fastify'

export interface StartedService extends AsyncDisposable {
  readonly url: string
  readonly guard: Guard
  /** The status a bearer token gets at an ordinary route, or at one that refuses when stale. */
  statusOf(token: string, path?: '/open' | '/strict' | '/admin'): Promise<number>
}

/**
 * A real service with the guard: `/open` is an ordinary route, `/strict` refuses when stale,
 * `/admin` needs the role `admin`. Each answers the subject.
 */
export async function startService(
  options: GuardOptions & { framework?: 'express' | 'fastify' },
): Promise<StartedService> {
  const { framework = 'express', ...guardOptions } = options
  const guard = createGuard(guardOptions)
  const { url, close } = await (framework === 'express' ? runExpress(guard) : runFastify(guard))
  return {
    url,
    guard,
    async statusOf(token, path = '/open') {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })
      await response.arrayBuffer()
      return response.status
    },
    async [Symbol.asyncDispose]() {
      await close()
      guard.close()
    },
  }
}

const ROUTES = {
  '/open': {},
  '/strict': { onStale: 'refuse' },
  '/admin': { roles: { any: ['admin'] } },
} as const

interface Running {
  readonly url: string
  close(): Promise<void>
}

async function runExpress(guard: Guard): Promise<Running> {
  const app = express()
  for (const [path, options] of Object.entries(ROUTES)) {
    app.get(path, protectExpress(guard, options), (request, response) => {
      response.json({ subject: identityOf(request).subject })
    })
  }
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: urlOf(server), close: () => closeServer(server) }
}

async function runFastify(guard: Guard): Promise<Running> {
  const app = fastify({ forceCloseConnections: true })
  for (const [path, options] of Object.entries(ROUTES)) {
    app.get(path, { onRequest: protectFastify(guard, options) }, async (request) => ({
      subject: identityOf(request).subject,
    }))
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  return { url: urlOf(app.server), close: () => app.close() }
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
