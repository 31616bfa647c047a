import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { AuthorityError } from '../errors.ts'

/** A request older than this is not worth a write: its client has given up, or will repeat it. */
const MAX_WAIT_MS = 5_000

/**
 * A check for right before costly work or the point of no return: throws when the client is gone
 * or has waited too long, so that nothing is changed for an answer that nobody reads.
 * @throws (from the check) AuthorityError `overloaded`
 */
export function createWaitCheck(request: { raw: IncomingMessage }, clock: Clock): () => void {
  const startedAt = clock.monotonic()
  return () => {
    if (request.raw.socket.destroyed || clock.monotonic() - startedAt > MAX_WAIT_MS) {
      throw new AuthorityError('overloaded', { message: 'nobody waits for this answer any more' })
    }
  }
}
