import { InvalidArgumentError } from 'commander'

/** Claims by name; no name of Object.prototype is among them by accident. */
export type GivenClaims = Record<string, unknown>

/** One more `name=json`. The value is not repeated in what is said about it. */
export function collectClaim(text: string, claims: GivenClaims = Object.create(null)): GivenClaims {
  const end = text.indexOf('=')
  const name = text.slice(0, end)
  if (end < 1) throw new InvalidArgumentError('It is written name=json.')
  if (Object.hasOwn(claims, name)) throw new InvalidArgumentError('The claim is given twice.')
  try {
    claims[name] = JSON.parse(text.slice(end + 1))
  } catch {
    throw new InvalidArgumentError(
      'What follows the = is JSON: a text has quotes, as in --claim \'role="admin"\'.',
    )
  }
  return claims
}
