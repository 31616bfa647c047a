import { expect, it } from 'vitest'
import { createClock } from './clock.ts'
import { type IdentityEnd, IdentityWatches } from './identity-watches.ts'
import { RevocationList } from './revocation/revocation-list.ts'
import type { RevocationListener } from './revocation/revocation-source.ts'

const TOKEN = { ver: 1, jti: null, client_id: null, iat: 1, kid: null }

it('tells of a revocation in the moment that it is heard, without looking at the others', async () => {
  const list = new RevocationList()
  const asked: (string | null)[] = []
  let listener: RevocationListener = () => {}
  const watches = new IdentityWatches({
    source: {
      isRevoked(subject) {
        asked.push(subject.sid)
        return list.isRevoked(subject)
      },
      listen(one) {
        listener = one
        return () => {}
      },
      stalenessMs: () => 0,
      ready: async () => {},
      close: () => {},
      health: () => ({ connected: true, cursor: null, size: 0, lastError: null }),
    },
    maxStalenessMs: 10_000,
    clock: createClock(),
    now: Date.now,
    isActive: async () => true,
  })
  const told: [string, IdentityEnd][] = []
  for (const sid of ['ses_1', 'ses_2', 'ses_3']) {
    const subject = { ...TOKEN, sid }
    const expiresAt = Number.POSITIVE_INFINITY
    watches.add({ token: sid, subject, expiresAt, onStale: 'accept' }, (end) =>
      told.push([sid, end]),
    )
  }
  asked.length = 0
  const entries = [{ kind: 'session', id: 'ses_2', expiresAt: null }] as const
  list.apply(entries)
  listener(entries)
  await Promise.resolve()
  expect(told).toEqual([['ses_2', 'token_revoked']])
  expect(asked).toEqual(['ses_2'])
  watches.close()
})
