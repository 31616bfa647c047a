// PEM (RFC 7468): one block, and its label says what it is.
import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { KeyError } from '../errors.ts'
import { importKeyObject, type KeyOptions } from './import.ts'
import type { Key } from './key.ts'

type Parse = (pem: string) => KeyObject

const parsePrivate: Parse = (pem) => createPrivateKey({ key: pem, format: 'pem' })
const parsePublic: Parse = (pem) => createPublicKey({ key: pem, format: 'pem' })

const PARSERS: ReadonlyMap<string, Parse> = new Map([
  ['PRIVATE KEY', parsePrivate],
  ['RSA PRIVATE KEY', parsePrivate],
  ['EC PRIVATE KEY', parsePrivate],
  ['PUBLIC KEY', parsePublic],
  ['RSA PUBLIC KEY', parsePublic],
  ['CERTIFICATE', (pem) => new X509Certificate(pem).publicKey],
])

const ONE_BLOCK = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\s]+-----END \1-----\s*$/

/**
 * A key from one PEM block: PKCS#8, PKCS#1 or SEC 1 private, SPKI or PKCS#1 public, or the public
 * key of an X.509 certificate, whose validity, issuer and purpose are not checked. Encrypted
 * blocks are refused: decrypt with node:crypto and use `importKeyObject`.
 *
 * @throws KeyError `key_malformed`, `key_unsupported` and what `importKeyObject` throws
 */
export function importPem(pem: string, options: KeyOptions): Key {
  return importLabelled(pem, options, [...PARSERS.keys()])
}

/** A private key from a `PRIVATE KEY` block alone; otherwise as `importPem`. */
export function importPkcs8(pem: string, options: KeyOptions): Key {
  return importLabelled(pem, options, ['PRIVATE KEY'])
}

/** A public key from a `PUBLIC KEY` block alone; otherwise as `importPem`. */
export function importSpki(pem: string, options: KeyOptions): Key {
  return importLabelled(pem, options, ['PUBLIC KEY'])
}

/** An RSA key from an `RSA PRIVATE KEY` or `RSA PUBLIC KEY` block alone; otherwise as `importPem`. */
export function importPkcs1(pem: string, options: KeyOptions): Key {
  return importLabelled(pem, options, ['RSA PRIVATE KEY', 'RSA PUBLIC KEY'])
}

/** The public key of a `CERTIFICATE` block alone; nothing else in the certificate is checked. */
export function importX509(pem: string, options: KeyOptions): Key {
  return importLabelled(pem, options, ['CERTIFICATE'])
}

function importLabelled(pem: string, options: KeyOptions, labels: readonly string[]): Key {
  if (typeof pem !== 'string') throw new TypeError('A PEM is text')
  const label = ONE_BLOCK.exec(pem)?.[1]
  if (label === undefined) {
    throw new KeyError('key_malformed', 'not exactly one PEM block', { kid: options.kid })
  }
  const parse = labels.includes(label) ? PARSERS.get(label) : undefined
  if (parse === undefined) {
    throw new KeyError('key_unsupported', `a PEM block "${label}" is not accepted here`, {
      kid: options.kid,
    })
  }
  let keyObject: KeyObject
  try {
    keyObject = parse(pem.trim())
  } catch (cause) {
    throw new KeyError('key_malformed', 'the PEM block does not hold a key', {
      kid: options.kid,
      cause,
    })
  }
  return importKeyObject(keyObject, options)
}
