import ipaddr from 'ipaddr.js'

export interface AddressFacts {
  /** Entries of the audit log of the last day that came from an address, of the newest 500. */
  readonly entries: number
  /** How many addresses they came from. */
  readonly addresses: number
  /** Entries whose address is one of a trusted proxy. */
  readonly fromTrustedProxies: number
}

/** What addresses were taken for those of clients. `networks` as in SIGNET_TRUST_PROXY. */
export function countAddresses(
  addresses: readonly string[],
  networks: readonly string[],
): AddressFacts {
  const ranges = networks.map(parseNetwork)
  const isTrusted = (address: string) => {
    const parsed = ipaddr.process(address)
    return ranges.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits))
  }
  return {
    entries: addresses.length,
    addresses: new Set(addresses).size,
    fromTrustedProxies: addresses.filter(isTrusted).length,
  }
}

function parseNetwork(network: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  if (network.includes('/')) return ipaddr.parseCIDR(network)
  const address = ipaddr.process(network)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
