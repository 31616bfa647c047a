// How all tokens of a client die: by one entry of the revocation log, which says up to which second
// they were stamped. Nothing is written for a token when it is stamped.
import { MAX_LEEWAY_SECONDS } from '@signet/guard/protocol'
import { type Clock, epochSeconds } from '../clock.ts'
import { MAX_ACCESS_TTL_SECONDS } from '../config/config.ts'
import type { Database } from '../db/database.ts'
import { AuthorityError } from '../errors.ts'
import type { Revocations } from '../revocation/revocations.ts'
import { setRevokedBefore } from './client-store.ts'

/**
 * Tokens die up to this much into the future, and none is stamped until then. What is stamped
 * meanwhile by a row that was read before the commit is dead all the same, as long as the commit is
 * there within half of it and the clocks of two processes differ by half of it at most.
 */
const MARGIN_SECONDS = 2

/** A commit that took longer is made good by another; so often at most. */
const MAX_REPEATS = 5

export interface ClientTokenEnds {
  /**
   * Makes every token die that the client has got until now and a little beyond; answers until when.
   * The caller holds the client, and only the audit log comes after this.
   */
  end(tx: Database, id: string): Promise<number>

  /**
   * After the commit of {@link ClientTokenEnds.end}: does it again where it came too late.
   * @throws AuthorityError `overloaded`
   */
  confirm(id: string, before: number): Promise<void>
}

export function createClientTokenEnds(parts: {
  database: Database
  revocations: Revocations
  clock: Clock
}): ClientTokenEnds {
  const { database, revocations, clock } = parts

  async function end(tx: Database, id: string): Promise<number> {
    const before = epochSeconds(clock) + MARGIN_SECONDS
    await setRevokedBefore(tx, id, before)
    // Nothing is known of the single tokens: as long as the longest may live.
    const expiresAt = before + MAX_ACCESS_TTL_SECONDS + MAX_LEEWAY_SECONDS
    await revocations.record(tx, [{ kind: 'client', id, before, expiresAt }])
    return before
  }

  return {
    end,
    async confirm(id, recorded) {
      let before = recorded
      for (let repeat = 0; repeat < MAX_REPEATS; repeat++) {
        if (epochSeconds(clock) <= before - MARGIN_SECONDS / 2) return
        before = await database.transaction((tx) => end(tx, id))
      }
      throw new AuthorityError('overloaded', { message: 'ending the tokens of a client took long' })
    },
  }
}
