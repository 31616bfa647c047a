// The certificate that the authority shows when it serves TLS itself, and its key: in files, which
// whoever renews them replaces while it runs.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type Server } from 'node:tls'
import type { Clock } from '../clock.ts'
import type { TlsPaths } from '../config/tls-settings.ts'
import { StartError } from '../errors.ts'
import type { Events } from '../events.ts'

interface TlsPair {
  readonly cert: Buffer
  readonly key: Buffer
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** Files are renewed weeks before they are needed; this is for whoever waits to see it happen. */
const LOOK_MS = 2_000

export class TlsFiles {
  readonly #paths: TlsPaths
  readonly #clock: Clock
  #pair: TlsPair
  /** What was last refused, so that it is said once. */
  #refused: Pick<TlsPair, 'cert' | 'key'> | null = null
  #timer: NodeJS.Timeout | undefined

  /** @throws StartError for files that cannot be read or used, naming them and never their contents */
  constructor({ paths, clock }: { paths: TlsPaths; clock: Clock }) {
    this.#paths = paths
    this.#clock = clock
    try {
      this.#pair = judge(readBoth(paths), clock)
    } catch (cause) {
      throw new StartError([`TLS cannot be served: ${reasonOf(cause)}`], { cause })
    }
  }

  /** For the server when it is made. */
  get options() {
    const { cert, key } = this.#pair
    return { cert, key, minVersion: 'TLSv1.2' as const }
  }

  /** When the certificate in use runs out, epoch seconds. */
  get expiresAt(): number {
    return this.#pair.expiresAt
  }

  /**
   * Puts new files into use as they come, for new connections. What is broken is said and left alone:
   * the certificate before goes on.
   */
  follow(server: Server, events: Events): void {
    this.#timer = setInterval(() => this.#look(server, events), LOOK_MS)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #look(server: Server, events: Events): void {
    let found: Pick<TlsPair, 'cert' | 'key'> = { cert: Buffer.of(), key: Buffer.of() }
    try {
      found = readBoth(this.#paths)
      if (isSame(found, this.#pair)) {
        this.#refused = null
        return
      }
      const pair = judge(found, this.#clock)
      server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: 'TLSv1.2' })
      this.#pair = pair
      this.#refused = null
      events.emit({ type: 'tls_renewed', expiresAt: pair.expiresAt })
    } catch (error) {
      if (this.#refused !== null && isSame(found, this.#refused)) return
      this.#refused = found
      events.emit({ type: 'tls_unusable', reason: reasonOf(error) })
    }
  }
}

function readBoth({ certificate, key }: TlsPaths): Pick<TlsPair, 'cert' | 'key'> {
  return { cert: readFile(certificate), key: readFile(key) }
}

function readFile(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new Error(`${path} cannot be read (${code})`, { cause })
  }
}

/** Does not check who signed the certificate, nor for which names: that is what clients do. */
function judge({ cert, key }: Pick<TlsPair, 'cert' | 'key'>, clock: Clock): TlsPair {
  const { validFrom, validTo } = parseCertificate(cert)
  try {
    createSecureContext({ cert, key })
  } catch (cause) {
    throw new Error('the key is not that of the certificate, or cannot be read', { cause })
  }
  const expiresAt = Math.floor(Date.parse(validTo) / 1000)
  if (expiresAt * 1000 <= clock.now()) throw new Error(`the certificate ran out: ${validTo}`)
  if (Date.parse(validFrom) > clock.now()) {
    throw new Error(`the certificate is not valid yet: ${validFrom}`)
  }
  return { cert, key, expiresAt }
}

function parseCertificate(cert: Buffer): X509Certificate {
  try {
    return new X509Certificate(cert)
  } catch (cause) {
    throw new Error('the certificate cannot be read: is it PEM?', { cause })
  }
}

function isSame(a: Pick<TlsPair, 'cert' | 'key'>, b: Pick<TlsPair, 'cert' | 'key'>): boolean {
  return a.cert.equals(b.cert) && a.key.equals(b.key)
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown'
}
