// The same little service in every framework that has an adapter, each on a real port.
import type { Guard } from '../../src/index.ts'
import { startExpress } from './express.ts'
import { startFastify } from './fastify.ts'
import { startFetch } from './fetch.ts'
import { startHono } from './hono.ts'
import { startKoa } from './koa.ts'
import { startNestOnExpress, startNestOnFastify } from './nest.ts'
import type { Service } from './service.ts'

export type { Service } from './service.ts'

export const FRAMEWORKS: Record<string, (guard: Guard) => Promise<Service>> = {
  Express: startExpress,
  Fastify: startFastify,
  Hono: startHono,
  Koa: startKoa,
  'NestJS on Express': startNestOnExpress,
  'NestJS on Fastify': startNestOnFastify,
  Request: startFetch,
}
