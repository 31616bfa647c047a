// The same service in each framework. A route is a path and what stands before the handler; every
// handler answers the caller's subject, the bare one a constant as long. `/open` is `/bare` behind what
// lets everybody through: what the framework itself takes for anything in front of a handler.
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

/** Routes beside `/bare`, `/open` and `/guard` are the peers, by what stands in the table of figures. */
export const FRAMEWORKS = {
  Express: { start: startExpress, peers: ['express-jwt', 'passport-jwt'] },
  Fastify: { start: startFastify, peers: ['@fastify/jwt', '@fastify/jwt with its cache'] },
  Hono: { start: startHono, peers: [] },
  Koa: { start: startKoa, peers: [] },
  NestJS: { start: startNest, peers: [] },
  Request: { start: startFetch, peers: [] },
}

export function pathOf(name) {
  return `/${name.replace(/\W+/g, '-')}`
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
  app.get('/guard', hono.protect(guard), (c) => c.json({ subject: hono.identityOf(c).subject }))
  requirePeer('@hono/node-server').serve({ fetch: app.fetch, port, hostname: HOST })
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
  decorate('guarded', Get('/guard'), UseGuards(nest.protect(guard)))
  Req()(Service.prototype, 'guarded', 0)
  Controller()(Service)
  Module({ controllers: [Service] })(App)
  const app = await NestFactory.create(App, { logger: false })
  await app.listen(port, HOST)
}

function startFetch({ port, guard }) {
  const bare = () => Response.json({ subject: NOBODY })
  const open = async () => bare()
  const guarded = fetch.protect(guard, (_request, { subject }) => Response.json({ subject }))
  requirePeer('@hono/node-server').serve({
    fetch(request) {
      if (request.url.endsWith('/guard')) return guarded(request)
      return request.url.endsWith('/open') ? open() : bare()
    },
    port,
    hostname: HOST,
  })
}
