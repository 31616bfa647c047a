import Router from '@koa/router'
import { createGuard } from '@signet/guard'
import { findIdentity, identityOf, protect } from '@signet/guard/koa'
import Koa from 'koa'

const guard = createGuard({ issuer: 'http://localhost:3000', audience: 'http://localhost:3000' })
const app = new Koa()
const router = new Router()

router.get('/orders', protect(guard), (ctx) => {
  ctx.body = { hello: identityOf(ctx).subject }
})

// Needs a role; and answers 503 rather than trust a token while revocations cannot be heard.
const onlyAdmins = protect(guard, { roles: { any: ['admin'] }, onStale: 'refuse' })
router.delete('/orders/:id', onlyAdmins, (ctx) => {
  ctx.status = 204
})

router.get('/greeting', protect(guard, { optional: true }), (ctx) => {
  ctx.body = { hello: findIdentity(ctx)?.subject ?? 'stranger' }
})

router.use('/account', protect(guard))
router.get('/account/name', (ctx) => {
  ctx.body = { name: identityOf(ctx).subject }
})

const inPlainWords = protect(guard, {
  onError: (error, ctx) => {
    const { status, headers } = guard.answer(error)
    ctx.status = status
    ctx.set({ ...headers, 'content-type': 'text/plain' })
    ctx.body = `No report for you: ${error.code}\n`
  },
})
router.get('/report', inPlainWords, (ctx) => {
  ctx.body = 'All is well\n'
})

app.use(router.routes())
app.listen(4000)
