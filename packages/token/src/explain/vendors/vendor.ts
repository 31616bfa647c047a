import { findText } from '../context.ts'
import type { JsonObject } from '../read/token.ts'
import type { Terms } from '../terms/term.ts'

/** What one maker of tokens puts into them beyond the standards. */
export interface VendorTable {
  readonly name: string
  /** By what its tokens are recognised here, or null. Recognised is not proved. */
  recognise(claims: JsonObject): string | null
  readonly terms: Terms
}

/** The host of the issuer in lower case, or null when it is no address. */
export function findIssuerHost(claims: JsonObject): string | null {
  const match = /^https?:\/\/([^/:?#@\s]{1,253})(?=[/:?#]|$)/i.exec(findText(claims, 'iss') ?? '')
  return match?.[1]?.toLowerCase() ?? null
}

export function isHostWithin(host: string | null, domain: string): boolean {
  return host !== null && (host === domain || host.endsWith(`.${domain}`))
}

export function claimOf(claims: JsonObject, ...names: readonly string[]): string | null {
  const name = names.find((one) => Object.hasOwn(claims, one))
  return name === undefined ? null : `the claim ${name}`
}
