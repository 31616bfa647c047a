import { type KeySet, TokenError } from '@signet/token'
import { CommandError } from '../failure.ts'
import { writeNote } from '../output/messages.ts'

/** Two pulses of a feed, and what it takes to connect. */
const TIMEOUT_MS = 8_000

/** The token was good, and its session, client or key has ended. */
export class RevokedError extends CommandError {
  readonly code = 'token_revoked'

  constructor() {
    super('refused: it was revoked [token_revoked]; log in again', 'revoked')
    this.name = 'RevokedError'
  }
}

export interface RevocationQuestion {
  readonly token: string
  readonly issuer: string
  readonly audience: readonly string[] | null
  readonly type: string | undefined
  readonly keySet: KeySet
}

export type RevocationAnswer = 'not-revoked' | 'not-asked'

/**
 * Asks the issuer's revocation feed, through the guard that services use, about a token that was
 * verified. A feed that wants credentials leaves it unasked.
 *
 * @throws RevokedError; TokenError where the guard is stricter; CommandError when nobody answers
 */
export async function checkRevocation(question: RevocationQuestion): Promise<RevocationAnswer> {
  const { GuardError } = await import('@signet/guard')
  const { token } = question
  const guard = await openGuard(question)
  const timer = setTimeout(() => guard.close(), TIMEOUT_MS)
  try {
    await guard.ready()
    await guard.verify(token, { onStale: 'refuse' })
    return 'not-revoked'
  } catch (error) {
    if (!(error instanceof GuardError)) throw error
    if (error.code === 'feed_credentials_missing') {
      writeNote('not asked whether it was revoked: the feed of the issuer wants credentials')
      return 'not-asked'
    }
    if (error.code === 'feed_credentials_refused') {
      throw new CommandError('the revocation feed refuses the credentials', 'unavailable')
    }
    if (error.code === 'token_revoked') throw new RevokedError()
    if (error.cause instanceof TokenError) throw error.cause
    throw new CommandError('the revocation feed of the issuer does not answer', 'unavailable')
  } finally {
    clearTimeout(timer)
    guard.close()
  }
}

/** @throws CommandError where the environment names a client by half, or a secret that is not there */
async function openGuard({ issuer, audience, type = 'JWT', keySet }: RevocationQuestion) {
  const { createGuard } = await import('@signet/guard')
  try {
    return createGuard({
      issuer,
      audience,
      tokenType: type,
      keys: keySet,
      maxLifetimeSeconds: 365 * 86_400,
      fetch(input, init) {
        writeNote(`fetching ${input instanceof Request ? input.url : String(input)}`)
        return fetch(input, init)
      },
    })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new CommandError(`whether it was revoked cannot be asked: ${error.message}`)
  }
}
