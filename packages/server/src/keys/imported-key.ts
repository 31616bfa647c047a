// A key that an operator brings: what it must be to sign here. Reads a value, writes nothing.
import { type Algorithm, importJwk, type Key, KeyError, thumbprint } from '@signet/token'
import { AuthorityError } from '../errors.ts'
import { kidOf } from './key-id.ts'

/** Ids travel in headers, paths and rows: printable ASCII without spaces. */
const KID = /^[\x21-\x7e]{1,128}$/

/**
 * The private key of a JWK. `algorithm` is needed where it does not name its own.
 * @throws AuthorityError `key_unusable`
 */
export function readImportedKey(
  jwk: object,
  { algorithm, wanted }: { algorithm: Algorithm | undefined; wanted: Algorithm },
): Key {
  const key = importPrivate(jwk, algorithm)
  if (key.algorithm !== wanted) {
    throw unusable(`It is for ${key.algorithm}; SIGNET_ALG is ${wanted}.`)
  }
  if (!KID.test(kidOf(key))) {
    throw unusable('Its id (kid) must be 1 to 128 printable ASCII characters without spaces.')
  }
  return key
}

/** With its thumbprint as its id where it has none. */
function importPrivate(jwk: object, algorithm: Algorithm | undefined): Key {
  const options = algorithm === undefined ? {} : { algorithm }
  try {
    const key = importJwk(jwk, options)
    if (key.kind !== 'private') throw unusable('It has no private half.')
    return key.kid === undefined ? importJwk(jwk, { ...options, kid: thumbprint(key) }) : key
  } catch (cause) {
    if (cause instanceof KeyError) throw unusable(`${cause.message}.`, cause)
    throw cause
  }
}

function unusable(detail: string, cause?: unknown): AuthorityError {
  return new AuthorityError('key_unusable', { message: 'a key was not imported', detail, cause })
}
