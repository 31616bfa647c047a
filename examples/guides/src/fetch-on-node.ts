import { serve } from '@hono/node-server'
import service from './fetch.ts'

serve({ fetch: service.fetch, port: 4000 })
