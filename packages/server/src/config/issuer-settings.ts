// What this authority is called, what its tokens are for, and what hangs on its address.
import type { Mode } from './config.ts'
import type { SettingReader } from './setting-reader.ts'

/** `fallback` is for development. */
export function parseIssuer(reader: SettingReader, mode: Mode, fallback: string): string {
  const text = reader.text('SIGNET_ISSUER')
  if (text === null) {
    if (mode === 'production') {
      reader.problem(
        'SIGNET_ISSUER is required: the https address at which users and services reach this authority',
      )
    }
    return fallback
  }
  const url = URL.canParse(text) ? new URL(text) : null
  // Services compare the issuer character by character, so exactly one spelling is accepted.
  const canonical = url === null ? '' : `${url.origin}${url.pathname === '/' ? '' : url.pathname}`
  if (url === null || canonical !== text || text.endsWith('/')) {
    reader.problem(
      'SIGNET_ISSUER must be an address like https://login.example.com: lower case, no slash at the end, no query, no user name',
    )
  } else if (url.pathname !== '/') {
    reader.problem(
      'SIGNET_ISSUER must have no path: this authority answers at the root of its host',
    )
  } else if (url.protocol !== 'https:' && !isLoopback(url)) {
    reader.problem('SIGNET_ISSUER must be https (http is accepted for localhost only)')
  }
  return text
}

function isLoopback(url: URL): boolean {
  return (
    url.protocol === 'http:' &&
    (url.hostname === 'localhost' ||
      url.hostname === '[::1]' ||
      /^127(\.\d+){3}$/.test(url.hostname))
  )
}

export function parseAudiences(reader: SettingReader, issuer: string): readonly string[] {
  const text = reader.text('SIGNET_AUDIENCE')
  if (text === null) return [issuer]
  const audiences = text.split(',').map((part) => part.trim())
  if (audiences.some((audience) => !/^[\x21-\x7e]{1,256}$/.test(audience))) {
    reader.problem(
      'SIGNET_AUDIENCE must be one name or a comma-separated list (printable ASCII, no spaces)',
    )
  } else if (new Set(audiences).size !== audiences.length) {
    reader.problem('SIGNET_AUDIENCE names one audience twice')
  }
  return audiences
}

export function parseDisabledLimits(reader: SettingReader, mode: Mode, issuer: string): boolean {
  const name = 'SIGNET_DANGEROUSLY_DISABLE_RATE_LIMITS'
  const isDisabled = reader.oneOf(name, ['true', 'false'], 'false') === 'true'
  const isLocal = URL.canParse(issuer) && isLoopback(new URL(issuer))
  if (isDisabled && mode === 'production' && !isLocal) {
    reader.problem(`${name} is for load tests on this machine: the issuer must be on localhost`)
  }
  return isDisabled
}
