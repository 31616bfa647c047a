import ipaddr from 'ipaddr.js'

/**
 * What one customer of a provider is given: an IPv4 address, or the /64 network of an IPv6 address,
 * whose owner can send from any address of it. Text that is no address is a block of its own.
 */
export function addressBlockOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  // IPv4 in the clothes of IPv6 is IPv4.
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  const network = (parsed as ipaddr.IPv6).parts.slice(0, 4)
  return `${network.map((part) => part.toString(16)).join(':')}::/64`
}
