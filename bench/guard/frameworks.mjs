// The same service in each framework. A route is a path and what stands before the handler; every
// handler answers the caller's subject, the bare one a constant as long. `/open` is `/bare` behind what
// lets everybody through: what the framework itself takes for anything in front of a handler. `/least`
// reads the header that a guard reads and names somebody to the handler: the least that a guard can take.
import { createRequire } from 'node:module'
import * as express from '@signet/guard/express'
import * as fastify from '@signet/guard/fastify'
import * as fetch from '@signet/guard/fetch'
import * as hono from '@signet/guard/hono'
import * as koa from '@signet/guard/koa'
import * as nest from '@signet/guard/nest'
import { ALGORITHM, AUDIENCE, ISSUER } from './expectations.mjs'

const requirePeer = createRequire(new URL('../peers/package.json', import.meta.url))
const HOST = '127.0.0.1'

/** As long as the subject of a token. */
const NOBODY = 'acc_0000000000000000000000'

const AROUND = 'guard around the app'

/** What else stands before a handler than the {@link YARDSTICKS} and the guard, by its name in the table. */
export const FRAMEWORKS = {
  Express: { start: startExpress, others: ['express-jwt', 'passport-jwt'] },
  Fastify: { start: startFastify, others: ['@fastify/jwt', '@fastify/jwt with its cache'] },
  Hono: { start: startHono, others: [AROUND] },
  Koa: { start: startKoa, others: [] },
  NestJS: { start: startNest, others: [] },
  Request: { start: startFetch, others: [] },
}

/** Routes without a verdict. The first is what every other is measured by. */
export const YARDSTICKS = ['bare', 'open', 'least']

export function pathOf(name) {
  return `/${name.replace(/\W+/g, '-')}`
}

function nameOf(authorization) {
  if (!authorization?.startsWith('Bearer ')) throw new Error('no bearer token')
  return NOBODY
}

function startExpress({ port, guard, publicKey }) {
  const { expressjwt } = requirePeer('express-jwt')
  const { Passport } = requirePeer('passport')
  const { ExtractJwt, Strategy } = requirePeer('passport-jwt')
  const policy = { algorithms: [ALGORITHM], issuer: ISSUER, audience: AUDIENCE }
  const passport = new Passport()
  const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken()
  passport.use(
    new Strategy({ ...policy, jwtFromRequest, secretOrKey: publicKey }, (payload, done) =>
      done(null, payload),
    ),
  )
  const app = requirePeer('express')()
  const handler = (_req, res) => res.json({ subject: NOBODY })
  app.get('/bare', handler)
  app.get('/open', (_req, _res, next) => next(), handler)
  const least = (req, _res, next) => {
    req.caller = nameOf(req.headers.authorization)
    next()
  }
  app.get('/least', least, (req, res) => res.json({ subject: req.caller }))
  app.get('/guard', express.protect(guard), (req, res) => {
    res.json({ subject: express.identityOf(req).subject })
  })
  app.get(
    pathOf('express-jwt'),
    expressjwt({ ...policy, secret: publicKey }),
    ({ auth: { sub } }, res) => res.json({ subject: sub }),
  )
  app.get(
    pathOf('passport-jwt'),
    passport.authenticate('jwt', { session: false }),
    ({ user: { sub } }, res) => res.json({ subject: sub }),
  )
  app.listen(port, HOST)
}

async function startFastify({ port, guard, publicKey }) {
  const plugin = requirePeer('@fastify/jwt')
  const app = requirePeer('fastify')()
  const handler = async () => ({ subject: NOBODY })
  app.get('/bare', handler)
  app.get('/open', { onRequest: (_request, _reply, done) => done() }, handler)
  const onRequest = (request, _reply, done) => {
    request.caller = nameOf(request.raw.headers.authorization)
    done()
  }
  app.get('/least', { onRequest }, async ({ caller }) => ({ subject: caller }))
  app.get('/guard', { onRequest: fastify.protect(guard) }, async (request) => ({
    subject: fastify.identityOf(request).subject,
  }))
  const policy = { algorithms: [ALGORITHM], allowedIss: ISSUER, allowedAud: AUDIENCE }
  const secret = { public: publicKey.export({ format: 'pem', type: 'spki' }) }
  for (const [name, cache] of [
    ['@fastify/jwt', false],
    ['@fastify/jwt with its cache', 5_000],
  ]) {
    app.register(async (area) => {
      area.register(plugin, { secret, verify: { ...policy, cache } })
      area.get(
        pathOf(name),
        { onRequest: (request) => request.jwtVerify() },
        async ({ user: { sub } }) => ({ subject: sub }),
      )
    })
  }
  await app.listen({ port, host: HOST })
}

function startHono({ port, guard }) {
  const { Hono } = requirePeer('hono')
  const app = new Hono()
  const handler = (c) => c.json({ subject: NOBODY })
  app.get('/bare', handler)
  app.get('/open', (_c, next) => next(), handler)
  const least = (c, next) => {
    c.set('caller', nameOf(c.req.raw.headers.get('authorization')))
    return next()
  }
  app.get('/least', least, (c) => c.json({ subject: c.get('caller') }))
  app.get('/guard', hono.protect(guard), (c) => c.json({ subject: hono.identityOf(c).subject }))
  const path = pathOf(AROUND)
  app.get(path, (c) => c.json({ subject: c.env.identity.subject }))
  const around = fetch.protect(guard, (request, identity) => app.fetch(request, { identity }))
  requirePeer('@hono/node-server').serve({
    fetch: (request, env) =>
      request.url.endsWith(path) ? around(request) : app.fetch(request, env),
    port,
    hostname: HOST,
  })
}

function startKoa({ port, guard }) {
  const Koa = requirePeer('koa')
  const Router = requirePeer('@koa/router')
  const app = new Koa()
  const router = new Router()
  const handler = (ctx) => {
    ctx.body = { subject: NOBODY }
  }
  router.get('/bare', handler)
  router.get('/open', (_ctx, next) => next(), handler)
  const least = (ctx, next) => {
    ctx.state.caller = nameOf(ctx.req.headers.authorization)
    return next()
  }
  router.get('/least', least, (ctx) => {
    ctx.body = { subject: ctx.state.caller }
  })
  router.get('/guard', koa.protect(guard), (ctx) => {
    ctx.body = { subject: koa.identityOf(ctx).subject }
  })
  app.use(router.routes()).listen(port, HOST)
}

async function startNest({ port, guard }) {
  requirePeer('reflect-metadata')
  const { Controller, Get, Module, Req, UseGuards } = requirePeer('@nestjs/common')
  const { NestFactory } = requirePeer('@nestjs/core')
  class Service {
    bare() {
      return { subject: NOBODY }
    }
    open() {
      return { subject: NOBODY }
    }
    least({ caller }) {
      return { subject: caller }
    }
    guarded(request) {
      return { subject: nest.identityOf(request).subject }
    }
  }
  class App {}
  // Decorators, for a runtime without them.
  const decorate = (name, ...decorators) => {
    const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, name)
    for (const one of decorators) one(Service.prototype, name, descriptor)
  }
  decorate('bare', Get('/bare'))
  decorate('open', Get('/open'), UseGuards({ canActivate: () => true }))
  const canActivate = (context) => {
    const request = context.switchToHttp().getRequest()
    request.caller = nameOf(request.headers.authorization)
    return true
  }
  decorate('least', Get('/least'), UseGuards({ canActivate }))
  decorate('guarded', Get('/guard'), UseGuards(nest.protect(guard)))
  for (const name of ['least', 'guarded']) Req()(Service.prototype, name, 0)
  Controller()(Service)
  Module({ controllers: [Service] })(App)
  const app = await NestFactory.create(App, { logger: false })
  await app.listen(port, HOST)
}

function startFetch({ port, guard }) {
  const bare = () => Response.json({ subject: NOBODY })
  const open = async () => bare()
  const least = ({ headers }) => Response.json({ subject: nameOf(headers.get('authorization')) })
  const guarded = fetch.protect(guard, (_request, { subject }) => Response.json({ subject }))
  requirePeer('@hono/node-server').serve({
    fetch(request) {
      if (request.url.endsWith('/guard')) return guarded(request)
      if (request.url.endsWith('/least')) return least(request)
      return request.url.endsWith('/open') ? open() : bare()
    },
    port,
    hostname: HOST,
  })
}
