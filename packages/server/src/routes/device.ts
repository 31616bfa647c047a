import type { FastifyRequest } from 'fastify'
import type { Origin } from '../audit/audit-entry.ts'
import { clientAddressOf } from '../http/client-address.ts'
import type { Device } from '../sessions/session.ts'

/** What the request says of the device: for its owner to recognise it by. */
export function deviceOf(request: FastifyRequest): Device {
  const userAgent = request.headers['user-agent']?.replace(/[^\x20-\x7e]/g, '?').slice(0, 256)
  return { userAgent: userAgent || null, address: clientAddressOf(request) }
}

/** Who asks, as far as the request has proven, and from where. */
export function originOf(request: FastifyRequest, actor: string | null = null): Origin {
  return { actor, address: clientAddressOf(request) }
}
