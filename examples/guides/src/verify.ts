import { createGuard } from '@signet/guard'
import { identityOf, type ProtectOptions, protect } from '@signet/guard/express'
import express from 'express'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
const app = express()

function checks(options: ProtectOptions) {
  const routes = express.Router()
  routes.get('/', protect(guard, options))
  routes.get('/admin', protect(guard, { ...options, roles: { any: ['admin'] } }))
  return routes
}

// Yes, with who it is, or no.
const no: ProtectOptions = {
  onError: (_error, _request, response) => response.writeHead(403).end(),
}
app.use('/verify', checks(no), (req, res) => {
  const { subject, roles } = identityOf(req)
  res.set({ 'x-identity-subject': subject, 'x-identity-roles': roles.join(' ') })
  res.status(204).end()
})

// Why not. Somebody who is let in by now is asked to try again.
app.use('/refusal', checks({}), (_req, res) => {
  res.status(503).set('retry-after', '1').end()
})

app.listen(4000, '127.0.0.1')
