// Where an authority is wired, leaves first: from a config to something that answers.
import type { Server as TlsServer } from 'node:tls'
import { createGuard } from '@signet/guard'
import type { Logger } from 'pino'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config/config.ts'
import { openSecrets } from './config/open-secrets.ts'
import { openDatabase } from './db/open-database.ts'
import { createDomains } from './domains.ts'
import { StartError } from './errors.ts'
import { Housekeeping } from './housekeeping.ts'
import { createHttpServer } from './http/http-server.ts'
import { finishRequestsOnClose } from './http/in-flight.ts'
import { describeApi } from './http/openapi.ts'
import { TlsFiles } from './http/tls-files.ts'
import { createGuessLimits } from './limits/guess-limits.ts'
import { openLimits } from './limits/open-limits.ts'
import { openRedis } from './redis/open-redis.ts'
import { Feed } from './revocation/feed.ts'
import { FeedPages } from './revocation/feed-pages.ts'
import { LocalRevocations } from './revocation/local-revocations.ts'
import { LogTail } from './revocation/log-tail.ts'
import { RedisMirror } from './revocation/redis-mirror.ts'
import { openWakeUps } from './revocation/wake-ups.ts'
import { adminRoutes, createAdminCheck } from './routes/admin/admin.ts'
import { healthRoutes } from './routes/health.ts'
import { keySetRoute } from './routes/key-set.ts'
import { loginRoute } from './routes/login.ts'
import { logoutRoute } from './routes/logout.ts'
import { metadataRoutes } from './routes/metadata.ts'
import { metricsRoute } from './routes/metrics.ts'
import { oauthRoutes } from './routes/oauth/oauth.ts'
import { createOwnTokenReader } from './routes/own-token.ts'
import { passwordRoute } from './routes/password.ts'
import { profileRoute } from './routes/profile.ts'
import { refreshRoute } from './routes/refresh.ts'
import { revocationStreamRoute } from './routes/revocation-stream.ts'
import { revocationsRoute } from './routes/revocations.ts'
import type { RouteParts } from './routes/route-parts.ts'
import { sessionsRoute } from './routes/sessions.ts'
import { signupRoute } from './routes/signup.ts'
import { createIssuer } from './tokens/issuer.ts'

export interface Authority {
  /** Where it listens. */
  readonly address: { readonly host: string; readonly port: number }
  /**
   * Takes no new connections, answers what arrived on open ones for at most 5 s, ends the feeds,
   * closes the database. Closes all the rest even where a part fails, and then rejects.
   */
  close(): Promise<void>
}

/**
 * Starts an authority: opens the database and the keys, then listens.
 * @throws StartError with what is wrong and what to do; nothing is left open then
 */
export async function startAuthority(
  config: Config,
  options: { logger: Logger; clock?: Clock },
): Promise<Authority> {
  const clock = options.clock ?? systemClock
  const secrets = openSecrets(config)
  const tls = config.tls === null ? null : new TlsFiles({ paths: config.tls, clock })
  const database = await openDatabase(config.database, {
    clock,
    onUpgrade: (upgrade) => options.logger.warn({ upgrade }, 'the database was upgraded'),
  })
  const closers: (() => unknown)[] = [() => database.close()]
  const close = async () => {
    const failures: unknown[] = []
    for (const closer of closers.splice(0).reverse()) {
      try {
        await closer()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed')
  }

  try {
    const { logger } = options
    const domains = createDomains({ config, database, secrets, clock, logger })
    const { metrics, audit, events, hasher, revocations, sessions, keys } = domains
    closers.push(() => tls?.close())
    metrics.watch(
      'signet_tls_expires_timestamp_seconds',
      'When the certificate in use runs out; 0: none is served',
      () => tls?.expiresAt ?? 0,
    )
    const redis = config.redis === null ? null : await openRedis(config.redis)
    if (redis !== null) closers.push(() => redis.disconnect())
    if (redis !== null && redis.status !== 'ready') {
      const reason = 'Redis does not answer: is SIGNET_REDIS_URL right?'
      events.emit({ type: 'limits_not_shared', reason })
    }
    const limits = openLimits({ config, redis, clock, events })
    closers.push(() => limits.close())
    const guessLimits = createGuessLimits({ store: limits, secrets, events })
    metrics.watch('signet_passwords_hashing', 'Being hashed', () => hasher.load().running)
    metrics.watch('signet_passwords_waiting', 'Waiting for it', () => hasher.load().waiting)
    await revocations.open()
    const keyring = await keys.open()
    closers.push(() => keyring.close())
    metrics.watch(
      'signet_active_key_age_seconds',
      'How long the key that signs has done so; 0: a shared secret signs',
      () => keyring.activeAgeSeconds,
    )
    metrics.watch(
      'signet_published_keys',
      'Keys in the key set',
      () => keyring.published.keySet.size,
    )
    const issuer = createIssuer({ issuer: config.issuer, keyring, clock, events })

    const tail = new LogTail({ revocations, clock, events })
    closers.push(() => tail.close())
    const wakeUps = openWakeUps({ config, redis, database, events, onWake: () => tail.wake() })
    if (wakeUps !== null) {
      closers.push(() => wakeUps.close())
      revocations.onAppend(() => wakeUps.announce())
    }
    const pages = new FeedPages(revocations)
    if (redis !== null) {
      const mirror = new RedisMirror({ redis, pages, tail, clock, events })
      closers.push(() => mirror.close())
    }
    const localRevocations = new LocalRevocations({ pages, tail, clock })
    const feed = new Feed({ pages, tail, clock, events })
    keyring.onChange(() => feed.announceKeys())
    const guard = createGuard({
      issuer: config.issuer,
      audience: [...new Set([config.issuer, ...config.audiences])],
      keys: keyring.createSource(),
      revocation: localRevocations,
      now: () => clock.now(),
    })
    closers.push(() => guard.close())
    await guard.ready()

    const housekeeping = new Housekeeping({
      sessions,
      revocations,
      audit,
      auditRetentionSeconds: config.auditRetentionSeconds,
      clock,
      logger,
    })
    closers.push(() => housekeeping.close())

    const app = createHttpServer({
      logger,
      realm: config.issuer,
      trustedProxies: config.trustedProxies,
      metrics,
      tls: tls?.options ?? null,
    })
    // Only a server that was made with a certificate is a TLS server.
    tls?.follow(app.server as unknown as TlsServer, events)
    await describeApi(app, config.issuer)
    const live = { config, clock, guessLimits, issuer, keyring, tail, feed, guard }
    const parts: RouteParts = { ...domains, ...live }
    for (const route of ROUTES) route(app, parts)
    const readToken = createOwnTokenReader(parts)
    adminRoutes(app, { ...domains, readToken, checkAdmin: createAdminCheck(parts) })
    finishRequestsOnClose(app)
    closers.push(() => app.close())
    database.setPatience('serving')
    await listen(app, config)
    return { address: { host: config.host, port: config.port }, close }
  } catch (error) {
    // What stopped the start matters; what fails to close behind it does not.
    await close().catch(() => {})
    throw error
  }
}

const ROUTES = [
  signupRoute,
  loginRoute,
  refreshRoute,
  logoutRoute,
  profileRoute,
  passwordRoute,
  sessionsRoute,
  keySetRoute,
  metadataRoutes,
  oauthRoutes,
  revocationsRoute,
  revocationStreamRoute,
  healthRoutes,
  metricsRoute,
]

async function listen(app: ReturnType<typeof createHttpServer>, config: Config): Promise<void> {
  const { host, port } = config
  try {
    await app.listen({ host, port })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const why: Record<string, string> = {
      EADDRINUSE: `port ${port} is taken: stop what listens there, or choose another with SIGNET_PORT`,
      EACCES: `port ${port} may not be used by this user: choose one above 1023 with SIGNET_PORT`,
      EADDRNOTAVAIL: 'SIGNET_HOST is not an address of this machine',
      ENOTFOUND: 'SIGNET_HOST is not an address of this machine',
    }
    throw new StartError([why[code ?? ''] ?? `cannot listen on port ${port} (${code})`], { cause })
  }
}
