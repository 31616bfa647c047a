import { TokenError } from '../errors.ts'
import { isKey, type Key } from '../jwk/key.ts'
import type { TokenHeader } from '../jws/header.ts'
import type { KeySet } from './key-set.ts'

/**
 * The one key that may verify a token with this header. A header that names a key gets that key or
 * none; a header that names none gets the only key of its algorithm. No key is ever tried.
 *
 * @throws TokenError `key_not_found`, `key_ambiguous`, `algorithm_mismatch`
 */
export function selectKey(keys: Key | KeySet, { alg, kid }: TokenHeader): Key {
  const key = isKey(keys) ? selectOnly(keys, kid) : selectFromSet(keys, { alg, kid })
  if (key.algorithm !== alg) throw new TokenError('algorithm_mismatch')
  return key
}

function selectOnly(key: Key, kid: string | undefined): Key {
  if (kid !== undefined && key.kid !== undefined && kid !== key.kid) {
    throw new TokenError('key_not_found')
  }
  return key
}

function selectFromSet(keys: KeySet, { alg, kid }: { alg: string; kid: string | undefined }): Key {
  if (kid !== undefined) {
    const key = keys.find(kid)
    if (key === null) throw new TokenError('key_not_found')
    return key
  }
  const candidates = keys.keys().filter((key) => key.algorithm === alg)
  if (candidates.length > 1) throw new TokenError('key_ambiguous')
  const [only] = candidates
  if (only === undefined) throw new TokenError('key_not_found')
  return only
}
