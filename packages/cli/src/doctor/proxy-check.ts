import type { AddressFacts, Config } from '@signet/server'
import { plural } from '../output/plural.ts'
import { found, ok, type Result, skipped } from './results.ts'

/** From so many entries of one address on it is worth a word. */
const ENOUGH = 20

/**
 * Whether the authority sees who its clients are: by what it is told of proxies, and by the addresses
 * that its audit log holds of the last day. Nobody outside can be asked without telling strangers.
 */
export function judgeAddresses(
  { issuer, tls, trustedProxies }: Config,
  { entries, addresses, fromTrustedProxies }: AddressFacts,
): Result {
  const check = 'client_addresses'
  if (trustedProxies.length === 0 && issuer.startsWith('https:') && tls === null) {
    const words =
      'TLS is served by something in front, and SIGNET_TRUST_PROXY is empty: all clients count as one, so one who guesses passwords shuts out all'
    return found(check, 'proxy_not_trusted', words)
  }
  if (entries === 0) return skipped(check, 'the audit log holds no address of the last day')
  const seen = `${plural(entries, 'entry', 'entries')} of the last day in the audit log`
  if (fromTrustedProxies > 0) {
    const words = `of ${seen}, ${fromTrustedProxies} have the address of a proxy in SIGNET_TRUST_PROXY where that of a client should be`
    return found(check, 'proxy_hides_clients', words)
  }
  if (addresses === 1 && entries >= ENOUGH && !issuer.startsWith('http:')) {
    return found(check, 'addresses_alike', `all ${seen} are of one address`)
  }
  return ok(check, `${seen}, of ${plural(addresses, 'address', 'addresses')}`)
}
