import type { GuardPolicy } from './guard-options.ts'
import { createClientAuthentication } from './http/client-authentication.ts'
import { createDiscovery } from './http/discovery.ts'
import { createJsonClient } from './http/json-client.ts'
import type { IssuerPolicy } from './issuer-options.ts'
import type { KeySource } from './keys/key-source.ts'
import { RemoteKeys } from './keys/remote-jwks.ts'
import { INTROSPECTION_TIMEOUT_MS, Introspection } from './revocation/introspection.ts'
import { RevocationFeed } from './revocation/revocation-feed.ts'
import type { RevocationSource } from './revocation/revocation-source.ts'
import { watchStaleness } from './revocation/staleness-watch.ts'

const FETCH_TIMEOUT_MS = 5_000

export interface IssuerConnections {
  readonly keys: KeySource
  /** Null where the policy says that there is nothing to follow. */
  readonly revocations: RevocationSource | null
  /** Null without credentials: the authority answers no strangers. */
  readonly introspection: Introspection | null
  /** Closes what was opened here; a source that the caller brought stays the caller's. */
  close(): void
}

/** Starts fetching keys and following the feed of an issuer, as far as the policy asks for it. */
export function connectIssuer(issuer: IssuerPolicy, guard: GuardPolicy): IssuerConnections {
  const { fetch, clock, maxStalenessMs } = guard
  const { emit } = guard.events
  const name = issuer.issuer ?? ''
  const client = createJsonClient({ fetch, timeoutMs: FETCH_TIMEOUT_MS })
  const discovery = createDiscovery({ issuer: name, client })
  const { credentials } = issuer
  const authentication = createClientAuthentication({ issuer: name, credentials })
  const opened: { close(): void }[] = [client]
  const open = <T extends { close(): void }>(connection: T): T => {
    opened.push(connection)
    return connection
  }

  const keys: KeySource =
    issuer.keys ??
    open(
      new RemoteKeys({
        issuer: name,
        algorithms: issuer.algorithms,
        maxStaleSeconds: guard.keysMaxStaleSeconds,
        discovery,
        client,
        clock,
        emit,
      }),
    )
  const revocations =
    issuer.revocation === 'feed'
      ? open(
          new RevocationFeed({
            issuer: name,
            discovery,
            authentication,
            fetch,
            clock,
            emit,
            maxStalenessMs,
            onKeysChanged: () => {
              if (keys instanceof RemoteKeys) void keys.reload()
            },
            onReached: () => {
              if (keys instanceof RemoteKeys) void keys.retry()
            },
          }),
        )
      : issuer.revocation
  if (revocations !== 'none') {
    open(watchStaleness({ issuer: name, source: revocations, maxStalenessMs, clock, emit }))
  }
  return {
    keys,
    revocations: revocations === 'none' ? null : revocations,
    introspection: credentials === null ? null : openIntrospection(),
    close() {
      for (const connection of opened) connection.close()
    },
  }

  function openIntrospection(): Introspection {
    const quick = open(createJsonClient({ fetch, timeoutMs: INTROSPECTION_TIMEOUT_MS }))
    return new Introspection({
      issuer: name,
      client: quick,
      discovery,
      authentication,
      clock,
      emit,
    })
  }
}
