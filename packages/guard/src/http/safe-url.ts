const LOOPBACK = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/

/** Plain http is for one machine talking to itself. */
export function isSafeUrl(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname))
}

/**
 * An address that an issuer announced. One that came over https never leads to plain http, not
 * even on this machine.
 *
 * @throws Error
 */
export function parseAnnouncedUrl(value: unknown, issuer: string): URL {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null
  const isDowngrade = url?.protocol === 'http:' && issuer.startsWith('https:')
  if (url === null || !isSafeUrl(url) || isDowngrade) {
    throw new Error('The issuer announced an unsafe address')
  }
  return url
}
