// What `signet doctor` can find, and what to do about each; docs/operations/doctor.md says what it
// means. A problem: something does not work, or a promise is not kept. A warning: it works, but less
// well, or not for long.

export type Severity = 'problem' | 'warning' | 'skipped'

interface Finding {
  readonly severity: Severity
  readonly remedy: string
}

export const FINDINGS = {
  settings_invalid: {
    severity: 'problem',
    remedy: 'Put it right in the environment or in .env; .env.example describes every setting.',
  },
  database_missing: {
    severity: 'problem',
    remedy:
      'Name the right one in SIGNET_DATABASE_URL; the first start of an authority makes one that is not there.',
  },
  database_unusable: {
    severity: 'problem',
    remedy: 'Make it reachable, or mend SIGNET_DATABASE_URL.',
  },
  database_older: {
    severity: 'warning',
    remedy:
      'Take a backup, stop every authority, then `signet migrate`: docs/operations/upgrade.md.',
  },
  database_newer: {
    severity: 'problem',
    remedy: 'Use the version of Signet that wrote it: docs/operations/upgrade.md.',
  },
  notifications_lost: {
    severity: 'warning',
    remedy:
      'Name the PostgreSQL server itself in SIGNET_DATABASE_DIRECT_URL, or write SIGNET_WAKE_UPS=poll.',
  },
  notifications_unreachable: {
    severity: 'problem',
    remedy: 'Mend SIGNET_DATABASE_DIRECT_URL, or write SIGNET_WAKE_UPS=poll.',
  },
  redis_silent: {
    severity: 'problem',
    remedy: 'Start Redis, or mend SIGNET_REDIS_URL: host, port and password.',
  },
  secret_unusable: {
    severity: 'problem',
    remedy:
      'Put the secret back that this database was made with: docs/operations/master-secret.md.',
  },
  secret_weak: {
    severity: 'problem',
    remedy:
      'Replace it by one of `signet secret create`: docs/operations/master-secret.md says how nobody is logged out.',
  },
  secret_missing: {
    severity: 'problem',
    remedy: 'Put the missing secret back into SIGNET_SECRET, behind the first.',
  },
  secret_unused: {
    severity: 'warning',
    remedy: 'Take it out of SIGNET_SECRET: docs/operations/master-secret.md.',
  },
  key_unusable: {
    severity: 'problem',
    remedy: 'Restore the database from a backup: docs/operations/backup-and-restore.md.',
  },
  tls_files_unusable: {
    severity: 'problem',
    remedy: 'Put a certificate and its key there, in PEM: docs/operations/tls.md.',
  },
  proxy_not_trusted: {
    severity: 'warning',
    remedy:
      'Write the network of your proxy into SIGNET_TRUST_PROXY, and let the proxy set X-Forwarded-For.',
  },
  proxy_hides_clients: {
    severity: 'warning',
    remedy: 'Let the proxy set X-Forwarded-For to the address of its client.',
  },
  addresses_alike: {
    severity: 'warning',
    remedy:
      'Unless all of your users share one address: name the proxy or balancer in front in SIGNET_TRUST_PROXY.',
  },
  issuer_unreachable: {
    severity: 'problem',
    remedy: 'Start the authority, and let DNS, firewall and proxy lead to it under its issuer.',
  },
  issuer_other: {
    severity: 'problem',
    remedy:
      'Give authority, proxy and services one spelling: SIGNET_ISSUER, character by character.',
  },
  https_missing: {
    severity: 'problem',
    remedy: 'Serve https, by a proxy or by the authority: docs/operations/tls.md.',
  },
  http_answered: {
    severity: 'problem',
    remedy: 'Let the proxy redirect every request on port 80 to https.',
  },
  certificate_expired: {
    severity: 'problem',
    remedy: 'Renew it, and see why that did not happen by itself.',
  },
  certificate_expiring: {
    severity: 'warning',
    remedy: 'Renew it, and see why that did not happen by itself.',
  },
  certificate_untrusted: {
    severity: 'problem',
    remedy:
      'Serve the whole chain of a certificate for this host, or give clients your authority of certificates (NODE_EXTRA_CA_CERTS).',
  },
  hsts_missing: {
    severity: 'warning',
    remedy: 'Let the proxy pass on Strict-Transport-Security as the authority sends it.',
  },
  not_ready: {
    severity: 'problem',
    remedy: 'See the log of the authority: it cannot read its database.',
  },
  key_set_unusable: {
    severity: 'problem',
    remedy: 'Let the proxy pass on /.well-known/jwks.json as the authority answers it.',
  },
  key_set_outdated: {
    severity: 'problem',
    remedy:
      'Empty the cache in front and let it keep to Cache-Control; or lead the issuer to the authority of this database.',
  },
  key_set_kept_long: {
    severity: 'problem',
    remedy: 'Let nothing in front replace Cache-Control of /.well-known/jwks.json.',
  },
  key_set_kept_never: {
    severity: 'warning',
    remedy: 'Let nothing in front replace Cache-Control of /.well-known/jwks.json.',
  },
  etag_lost: {
    severity: 'warning',
    remedy: 'Let the proxy pass on ETag and If-None-Match.',
  },
  feed_missing: {
    severity: 'problem',
    remedy: 'Let the proxy pass on the discovery document as the authority answers it.',
  },
  feed_closed: {
    severity: 'skipped',
    remedy:
      'Set SIGNET_CLIENT_ID and SIGNET_CLIENT_SECRET_FILE to those of a client with the right `feed`.',
  },
  feed_refused: {
    severity: 'problem',
    remedy: 'Look with `signet client show`: the client needs this secret and the right `feed`.',
  },
  feed_unreachable: {
    severity: 'problem',
    remedy: 'Let the proxy pass on /revocations/stream.',
  },
  feed_silent: {
    severity: 'problem',
    remedy: 'See the log of the authority: it cannot read its revocation log.',
  },
  feed_late: {
    severity: 'problem',
    remedy: 'Turn off buffering of /revocations/stream in the proxy (nginx: proxy_buffering off).',
  },
  clock_drifting: {
    severity: 'warning',
    remedy: 'Let every machine keep its time by NTP.',
  },
  clock_off: {
    severity: 'problem',
    remedy: 'Let every machine keep its time by NTP: 10 s are tolerated.',
  },
} as const satisfies Record<string, Finding>

export type FindingId = keyof typeof FINDINGS
