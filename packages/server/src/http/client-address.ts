import type { FastifyRequest } from 'fastify'
import ipaddr from 'ipaddr.js'

/** Some proxies write the port as well. */
const WITH_PORT = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/

/**
 * Where a request comes from: what the trusted proxies say, if that is an address, and otherwise who
 * is at the other end of the connection. One spelling for one address.
 */
export function clientAddressOf({ ip, raw }: FastifyRequest): string | null {
  return findAddress(ip) ?? findAddress(raw.socket.remoteAddress ?? '')
}

function findAddress(text: string): string | null {
  const [, inBrackets, beforePort] = WITH_PORT.exec(text) ?? []
  const candidate = inBrackets ?? beforePort ?? text
  // Leading zeros and fewer than four numbers have more than one reading.
  const isAddress = candidate.includes(':')
    ? ipaddr.IPv6.isValid(candidate)
    : ipaddr.IPv4.isValidFourPartDecimal(candidate) && !/(^|\.)0\d/.test(candidate)
  return isAddress ? ipaddr.process(candidate).toString() : null
}
