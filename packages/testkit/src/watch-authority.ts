import { readFile } from 'node:fs/promises'
import { isWatchingLeaks, keepSecret, watchText } from './leaks.ts'

/** What an authority or a command is given that must be seen nowhere. */
export function keepSettings(settings: Record<string, string>): void {
  for (const [name, what] of [
    ['SIGNET_SECRET', 'master secret'],
    ['SIGNET_TOKEN_SECRET', 'token secret'],
  ] as const) {
    for (const secret of settings[name]?.split(',') ?? []) keepSecret(what, secret.trim())
  }
  for (const name of ['SIGNET_DATABASE_URL', 'SIGNET_REDIS_URL']) {
    const url = settings[name] ?? ''
    if (URL.canParse(url)) keepSecret(`password in ${name}`, new URL(url).password)
  }
}

/** The secret that development makes beside its database, and what `/metrics` says at the end. */
export async function watchBeforeEnd(authority: {
  url: string
  secretFile: string
}): Promise<void> {
  if (!isWatchingLeaks()) return
  const secret = await readFile(authority.secretFile, 'utf8').catch(() => '')
  keepSecret('master secret', secret.trim())
  try {
    const answer = await fetch(`${authority.url}/metrics`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(2_000),
    })
    watchText(await answer.text())
  } catch {
    // It does not answer any more: whoever broke it knows.
  }
}
