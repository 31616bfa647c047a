import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { protect } from '../../src/adapters/fetch.ts'
import { type Guard, GuardError, type Identity } from '../../src/index.ts'
import { ROUTES, type Service, serviceOf, THROWING, throwIt } from './service.ts'

type Handler = (request: Request, connection: object) => Response | Promise<Response>

export async function startFetch(guard: Guard): Promise<Service> {
  const answer = (_request: Request, identity: Identity | null) => {
    service.handled += 1
    return Response.json(identity)
  }
  const routes: Record<string, Handler> = {
    '/answered': protect(guard, answer, {
      onError: ({ code }) => new Response(code, { status: 418 }),
    }),
    '/items/7': protect(guard, ({ url }, { subject }) =>
      Response.json({ id: new URL(url).pathname.slice('/items/'.length), subject }),
    ),
    // What a runtime hands on comes behind the identity.
    '/area/inner': protect(guard, (_request: Request, identity, connection: object) =>
      Response.json({ ...identity, hasConnection: 'incoming' in connection }),
    ),
    '/unprotected': () => throwIt(new Error('there is no identity without protect')),
    '/failing': protect(guard, async () => throwIt(new GuardError('token_invalid'))),
  }
  for (const [path, options] of Object.entries(ROUTES)) {
    routes[path] = protect(guard, answer, options)
  }
  for (const [path, thrown] of Object.entries(THROWING)) {
    routes[path] = protect(guard, answer, { onError: () => throwIt(thrown) })
  }
  const fetch: Handler = async (request, connection) => {
    const route = routes[new URL(request.url).pathname]
    if (route === undefined) return new Response(null, { status: 404 })
    return route(request, connection)
  }
  const service = await serviceOf(serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server)
  return service
}
