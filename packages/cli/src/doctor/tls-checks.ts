// What stands between clients and the issuer: https, its certificate, and that nothing is said in the
// clear.
import { isIP } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { paths } from '@signet/guard/protocol'
import type { Answer } from '../issuer/fetch-answer.ts'
import { isSafe } from '../issuer/issuer-keys.ts'
import { ASK_TIMEOUT_MS, ask } from './ask.ts'
import { judgeExpiry } from './expiry.ts'
import { found, ok, type Result, skipped } from './results.ts'

const HTTP_PORT = 80

/** Half a year: a browser that comes less often than that may be led astray. */
const MIN_HSTS_SECONDS = 15_552_000

/** Where the issuer has the usual port of https, that of http must not serve it. */
export async function checkHttps(issuer: URL, httpPort = HTTP_PORT): Promise<Result> {
  if (!isSafe(issuer)) return found('https', 'https_missing', 'the issuer is not https')
  if (issuer.protocol === 'http:') return ok('https', 'plain http, which is for this machine alone')
  if (issuer.port !== '') return ok('https', 'encrypted, at a port of its own')
  const url = `http://${issuer.hostname}:${httpPort}${paths.openidConfiguration}`
  const answer = await ask(url, { redirect: 'manual' }).catch(() => null)
  if (answer === null) return ok('https', 'encrypted, and nothing answers over plain http')
  if (answer.status === 200 && answer.text.includes('"issuer"')) {
    const words = `http at port ${httpPort} is answered as well: passwords and tokens can pass in the clear`
    return found('https', 'http_answered', words)
  }
  const isRedirect = answer.headers.get('location')?.startsWith('https:') === true
  return ok(
    'https',
    isRedirect
      ? 'encrypted, and plain http is led to it'
      : 'encrypted, and plain http is not served',
  )
}

export function judgeHsts(issuer: URL, { headers }: Answer): Result {
  if (issuer.protocol !== 'https:') return skipped('hsts', 'the issuer is not https')
  const header = headers.get('strict-transport-security')
  if (header === null) {
    const words =
      'no Strict-Transport-Security arrives: somebody on the way may keep browsers on http'
    return found('hsts', 'hsts_missing', words)
  }
  const seconds = Number(/max-age="?(\d{1,12})/i.exec(header)?.[1] ?? 0)
  const days = Math.floor(seconds / 86_400)
  if (seconds >= MIN_HSTS_SECONDS) return ok('hsts', `browsers keep to https for ${days} days`)
  const words = `Strict-Transport-Security holds for ${days} days only`
  return found('hsts', 'hsts_missing', words)
}

/** Looks at the certificate whoever signed it. */
export async function checkCertificate(issuer: URL, now: number): Promise<Result> {
  if (issuer.protocol !== 'https:') return skipped('certificate', 'the issuer is not https')
  const seen = await readCertificate(issuer)
  if (seen === null) return skipped('certificate', 'no TLS connection came about')
  const { expiresAt, refusal } = seen
  if (expiresAt <= now) {
    const day = new Date(expiresAt * 1000).toISOString().slice(0, 10)
    return found('certificate', 'certificate_expired', `it ran out on ${day}`)
  }
  if (refusal !== null) {
    const words = `clients on this machine refuse it (${refusal})`
    return found('certificate', 'certificate_untrusted', words)
  }
  return judgeExpiry('certificate', expiresAt, now)
}

interface SeenCertificate {
  /** Epoch seconds. */
  readonly expiresAt: number
  /** Why a client refuses it, as Node's code; null: it does not. */
  readonly refusal: string | null
}

function readCertificate(issuer: URL): Promise<SeenCertificate | null> {
  const host = issuer.hostname.replace(/^\[|\]$/g, '')
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({
      host,
      port: Number(issuer.port || 443),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // Nothing is sent over this connection.
      rejectUnauthorized: false,
    })
    const end = (seen: SeenCertificate | null) => {
      socket.destroy()
      resolve(seen)
    }
    socket.setTimeout(ASK_TIMEOUT_MS, () => end(null))
    socket.once('error', () => end(null))
    socket.once('secureConnect', () => {
      const { valid_to: validTo } = socket.getPeerCertificate()
      const expiresAt = Math.floor(Date.parse(validTo) / 1000)
      end({ expiresAt, refusal: socket.authorized ? null : String(socket.authorizationError) })
    })
  })
}
