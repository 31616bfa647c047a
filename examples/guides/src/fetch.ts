import { createGuard } from '@signet/guard'
import { protect } from '@signet/guard/fetch'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })

const listOrders = protect(guard, (_request, identity) =>
  Response.json({ hello: identity.subject }),
)

// Needs a role; and answers 503 rather than trust a token while revocations cannot be heard.
const removeOrder = protect(guard, () => new Response(null, { status: 204 }), {
  roles: { any: ['admin'] },
  onStale: 'refuse',
})

const greet = protect(
  guard,
  (_request, identity) => Response.json({ hello: identity?.subject ?? 'stranger' }),
  { optional: true },
)

const account = protect(guard, (request, identity) => {
  if (new URL(request.url).pathname !== '/account/name') return new Response(null, { status: 404 })
  return Response.json({ name: identity.subject })
})

const report = protect(guard, () => new Response('All is well\n'), {
  onError: (error) => {
    const { status, headers } = guard.answer(error)
    return new Response(`No report for you: ${error.code}\n`, {
      status,
      headers: { ...headers, 'content-type': 'text/plain' },
    })
  },
})

export default {
  fetch(request: Request): Response | Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/orders') return listOrders(request)
    if (pathname.startsWith('/orders/') && request.method === 'DELETE') return removeOrder(request)
    if (pathname === '/greeting') return greet(request)
    if (pathname.startsWith('/account/')) return account(request)
    if (pathname === '/report') return report(request)
    return new Response(null, { status: 404 })
  },
}
