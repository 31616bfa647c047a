// What stands around this authority: its Redis and its proxies.
import ipaddr from 'ipaddr.js'
import { HiddenUrl } from './hidden-url.ts'
import type { SettingReader } from './setting-reader.ts'

/** Null: there is none. */
export function parseRedis(reader: SettingReader): HiddenUrl | null {
  const text = reader.text('SIGNET_REDIS_URL')
  if (text === null) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^rediss?:$/.test(url.protocol) && url.hostname !== '') {
    return new HiddenUrl(url)
  }
  reader.problem('SIGNET_REDIS_URL must be an address like redis://:password@host:6379')
  return null
}

/** Addresses or networks (CIDR); never all there are. */
export function parseTrustedProxies(reader: SettingReader): readonly string[] {
  const text = reader.text('SIGNET_TRUST_PROXY')
  if (text === null) return []
  const networks = text.split(',').map((part) => part.trim())
  const isNetwork = (network: string) =>
    network.includes('/')
      ? ipaddr.isValidCIDR(network) && !/\/0+$/.test(network)
      : ipaddr.isValid(network)
  if (!networks.every(isNetwork)) {
    reader.problem(
      'SIGNET_TRUST_PROXY must list the networks of your proxies, like 10.0.0.0/8,127.0.0.1',
    )
    return []
  }
  return networks
}
