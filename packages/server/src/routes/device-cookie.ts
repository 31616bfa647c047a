import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** Sent to the login alone, where it lets a known device wait in a line of its own. */
const NAME = 'signet_device'
const YEAR_SECONDS = 365 * 86_400

/** The proof that this device has logged in before, as it was given; not judged here. */
export function findDeviceProof(request: FastifyRequest): string | null {
  const header = request.headers.cookie
  return header === undefined ? null : (parseCookie(header)[NAME] ?? null)
}

/** Leaves the proof with a browser; programs that keep no cookies lose nothing by it. */
export function keepDeviceProof(
  reply: FastifyReply,
  cookie: { proof: string; path: string; isSecure: boolean },
): void {
  reply.header(
    'set-cookie',
    stringifySetCookie({
      name: NAME,
      value: cookie.proof,
      path: cookie.path,
      maxAge: YEAR_SECONDS,
      httpOnly: true,
      sameSite: 'strict',
      secure: cookie.isSecure,
    }),
  )
}
