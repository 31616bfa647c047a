// What the tests start and stop: real authorities, real services, a clock that stands still.
export {
  type Answer,
  AuthorityClient,
  type CallOptions,
  type TokenAnswer,
} from './authority-client.ts'
export { FakeClock } from './fake-clock.ts'
export { findProgram } from './find-program.ts'
export { type FeedMessage, type FollowedFeed, followFeed } from './follow-feed.ts'
export { findFreePort } from './free-port.ts'
export { isListening } from './is-listening.ts'
export { type PostgresServer, startPostgres } from './postgres/start-postgres.ts'
export { sendRaw } from './raw-request.ts'
export { runScript, type ScriptRun } from './run-script.ts'
export { runSignet, SIGNET_BIN, type SignetRun } from './run-signet.ts'
export { type SpawnedAuthority, spawnAuthority } from './spawn-authority.ts'
export { type SpawnedService, spawnService } from './spawn-service.ts'
export { lockSqliteFile, querySqliteFile } from './sqlite-file.ts'
export { type StartedAuthority, startAuthority } from './start-authority.ts'
export { hasRedis, type RedisServer, startRedis } from './start-redis.ts'
export { type StartedService, startService } from './start-service.ts'
export { openTempFolder, type TempFolder } from './temp-folder.ts'
export {
  databases,
  openPostgresDatabase,
  openSqliteDatabase,
  type TestDatabase,
} from './test-databases.ts'
export { waitUntil } from './wait-until.ts'
