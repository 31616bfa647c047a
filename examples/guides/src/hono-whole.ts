import { serve } from '@hono/node-server'
import { createGuard, type Identity } from '@signet/guard'
import { protect } from '@signet/guard/fetch'
import { Hono } from 'hono'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
const app = new Hono<{ Bindings: { identity: Identity } }>()

app.get('/orders', (c) => c.json({ hello: c.env.identity.subject }))

// Nobody without a token comes to any route, nor to one that is added later.
const fetch = protect(guard, (request, identity) => app.fetch(request, { identity }))
serve({ fetch, port: 4000 })
