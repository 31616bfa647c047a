import { AuthorityError } from '../errors.ts'
import type { FirebaseParameters } from './hashes/firebase-scrypt.ts'

/**
 * The parameters of a Firebase project's hashes: as its console shows them, or as JSON with the same
 * names. Their bounds are checked with every hash.
 * @throws AuthorityError `request_invalid`
 */
export function parseFirebaseParameters(text: string): FirebaseParameters {
  const find = (name: string) => new RegExp(`\\b${name}"?\\s*:\\s*"?([\\w+/=-]+)`).exec(text)?.[1]
  const get = (name: string) => {
    const value = find(name)
    if (value !== undefined) return value
    throw unusable(`there is no ${name} among the parameters of Firebase`)
  }
  if ((find('algorithm') ?? 'SCRYPT') !== 'SCRYPT') {
    throw unusable('these are not parameters of Firebase with its SCRYPT')
  }
  return {
    signerKey: Buffer.from(get('base64_signer_key'), 'base64'),
    saltSeparator: Buffer.from(get('base64_salt_separator'), 'base64'),
    blockSize: Number(get('rounds')),
    costLog2: Number(get('mem_cost')),
  }
}

function unusable(detail: string): AuthorityError {
  return new AuthorityError('request_invalid', { detail })
}
