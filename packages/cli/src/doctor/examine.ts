// Everything that `signet doctor` looks at: the inside first, and then the outside, side by side as
// far as one thing does not need another.
import type { Config, DatabaseContents } from '@signet/server'
import { judgeClocks, readAheadSeconds } from './clock-check.ts'
import { checkFeed } from './feed-check.ts'
import { judgeInside } from './inside-checks.ts'
import { checkIssuer, checkReady } from './issuer-check.ts'
import { checkKeySet } from './key-set-check.ts'
import { ALL_CHECKS, found, ok, type Result, skipped } from './results.ts'
import { checkCertificate, checkHttps, judgeHsts } from './tls-checks.ts'

/** Of a deployment, from inside and outside. Changes nothing. */
export async function examineDeployment(config: Config): Promise<Result[]> {
  const { inspectDeployment } = await import('@signet/server')
  // A large SQLite file is read in this process: who answers meanwhile would be heard too late.
  const inspection = await inspectDeployment(config)
  const outside = await examineOutside(config.issuer, {
    contents: inspection.contents,
    hasSharedSecret: config.tokenSecrets !== null,
  })
  const settings = ok(
    'settings',
    `right, as \`signet ${config.mode === 'production' ? 'serve' : 'dev'}\` reads them`,
  )
  const now = Date.now() / 1000
  return inOrder([settings, ...judgeInside(config, inspection, { now }), ...outside])
}

/** Of an issuer of which nothing is known but its name. */
export async function examineIssuer(issuer: string): Promise<Result[]> {
  return inOrder(await examineOutside(issuer, NOTHING_KNOWN))
}

/** All that can be said where the settings have problems. */
export function withoutConfig(problems: readonly string[]): Result[] {
  const rest = ALL_CHECKS.filter((check) => check !== 'settings')
  return [
    ...problems.map((line) => found('settings', 'settings_invalid', line)),
    ...rest.map((check) => skipped(check, 'the settings have to be right first')),
  ]
}

interface Known {
  /** Null: its database could not be read, or is not known. */
  readonly contents: DatabaseContents | null
  /** Whether tokens are signed with SIGNET_TOKEN_SECRET. */
  readonly hasSharedSecret: boolean
}

const NOTHING_KNOWN: Known = { contents: null, hasSharedSecret: false }

async function examineOutside(
  issuer: string,
  { contents, hasSharedSecret }: Known,
): Promise<Result[]> {
  const url = new URL(issuer)
  const now = Date.now() / 1000
  const [discovered, https, certificate, ready] = await Promise.all([
    checkIssuer(issuer),
    checkHttps(url),
    checkCertificate(url, now),
    checkReady(issuer),
  ])
  const { answer, metadata, result } = discovered
  const seen = [result, https, certificate]
  const ahead = contents?.aheadSeconds
  const clock = judgeClocks({
    issuer: answer === null ? null : readAheadSeconds(answer),
    database: typeof ahead === 'number' ? ahead : null,
  })
  if (answer === null || metadata === null || https.finding === 'https_missing') {
    const why = metadata === null ? 'the issuer has to answer first' : 'https has to be right first'
    const unasked = (['hsts', 'ready', 'key_set', 'feed'] as const).map((check) =>
      skipped(check, why),
    )
    return [...seen, ...unasked, clock]
  }
  const [keySet, feed] = await Promise.all([
    checkKeySet({
      issuer,
      keySetUrl: metadata['jwks_uri'],
      expectedKids: hasSharedSecret ? [] : findKids(contents),
    }),
    checkFeed({ issuer, isReady: ready.status === 'skipped' ? null : ready.status === 'ok' }),
  ])
  return [...seen, judgeHsts(url, answer), ready, ...keySet, feed, clock]
}

function findKids(contents: DatabaseContents | null): readonly string[] | null {
  if (contents === null || 'failure' in contents.publishedKeys) return null
  return contents.publishedKeys
}

function inOrder(results: readonly Result[]): Result[] {
  return [...results].sort((a, b) => ALL_CHECKS.indexOf(a.check) - ALL_CHECKS.indexOf(b.check))
}
