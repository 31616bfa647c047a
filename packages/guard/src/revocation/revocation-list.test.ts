import { describe, expect, it } from 'vitest'
import type { RevocationEntry } from '../protocol/index.ts'
import { RevocationList } from './revocation-list.ts'
import type { RevocationSubject } from './revocation-source.ts'

/** Both clocks go on together. */
const at = (wall: number) => ({ wall, monotonic: wall })

const TOKEN: RevocationSubject = {
  sid: 'ses_1',
  ver: 3,
  jti: 'jti_1',
  client_id: 'app',
  iat: 1000,
  kid: 'k1',
}

function listOf(...entries: Partial<RevocationEntry>[]): RevocationList {
  const list = new RevocationList()
  list.apply(entries.map((entry) => ({ kind: 'session', id: 'ses_1', expiresAt: 2000, ...entry })))
  return list
}

const REVOKED: Record<string, [Partial<RevocationEntry>, Partial<RevocationSubject>]> = {
  'its session has ended': [{}, {}],
  'its version is below': [{ below: 4 }, {}],
  'its session has a version limit and it has no version': [{ below: 1 }, { ver: null }],
  'it was revoked by its own id': [{ kind: 'token', id: 'jti_1' }, {}],
  'its client was revoked': [{ kind: 'client', id: 'app' }, {}],
  'its client was revoked as it was issued': [{ kind: 'client', id: 'app', before: 1000 }, {}],
  'its client has a time limit and it has no time': [
    { kind: 'client', id: 'app', before: 1 },
    { iat: null },
  ],
  'its key was revoked': [{ kind: 'key', id: 'k1', expiresAt: null }, {}],
}

const ALIVE: Record<string, [Partial<RevocationEntry>, Partial<RevocationSubject>]> = {
  'another session ended': [{ id: 'ses_2' }, {}],
  'it has the version that the session is at': [{ below: 3 }, {}],
  'its client was revoked before it was issued': [{ kind: 'client', id: 'app', before: 999 }, {}],
  'an id of another kind is the same text': [{ kind: 'token', id: 'ses_1' }, {}],
  'the parts that were revoked are not in it': [
    { kind: 'key', id: 'k1' },
    { kid: null, sid: null, jti: null, client_id: null },
  ],
  'the id is a name that every object has': [{ id: '__proto__' }, { sid: 'constructor' }],
}

describe('RevocationList', () => {
  it.each(Object.entries(REVOKED))('refuses a token when %s', (_name, [entry, token]) => {
    expect(listOf(entry).isRevoked({ ...TOKEN, ...token })).toBe(true)
  })

  it.each(Object.entries(ALIVE))('lets a token live when %s', (_name, [entry, token]) => {
    expect(listOf(entry).isRevoked({ ...TOKEN, ...token })).toBe(false)
  })

  it('has another version whenever it may refuse more, and not for forgetting', () => {
    const list = new RevocationList()
    const seen = [list.version]
    list.apply([{ kind: 'session', id: 'ses_1', below: 3, expiresAt: 900 }])
    seen.push(list.version)
    list.apply([{ kind: 'session', id: 'ses_1', below: 4, expiresAt: 900 }])
    seen.push(list.version)
    expect(new Set(seen).size).toBe(3)
    list.advance(at(2_000_000))
    expect(list.size).toBe(0)
    expect(list.version).toBe(seen.at(-1))
  })

  it('merges towards refusing, in whichever order entries come', () => {
    for (const limits of [
      [4, 2],
      [2, 4],
    ]) {
      const list = listOf(...limits.map((below) => ({ below })))
      expect(list.isRevoked(TOKEN)).toBe(true)
      expect(list.isRevoked({ ...TOKEN, ver: 4 })).toBe(false)
    }
    expect(listOf({}, { below: 1 }).isRevoked(TOKEN)).toBe(true)
    expect(listOf({ below: 1 }, {}).isRevoked(TOKEN)).toBe(true)
    expect(listOf({ below: 1 }, {}).size).toBe(1)
  })

  it('forgets an entry once it is over by the clock it is told, and not before', () => {
    const list = listOf({ expiresAt: 2000 }, { id: 'ses_2', expiresAt: 3000 })
    list.advance(at(1_999_999))
    expect(list.size).toBe(2)
    list.advance(at(2_010_000))
    expect(list.size).toBe(1)
    list.advance(at(3_010_000))
    expect(list.size).toBe(0)
  })

  it('never forgets an entry without an end', () => {
    const list = listOf({ kind: 'key', id: 'k1', expiresAt: null })
    list.advance(at(Number.MAX_SAFE_INTEGER))
    expect(list.isRevoked(TOKEN)).toBe(true)
  })

  it('keeps an entry as long as the latest end it was given', () => {
    const list = listOf({ expiresAt: 3000 }, { expiresAt: 2000 })
    list.advance(at(2_500_000))
    expect(list.isRevoked(TOKEN)).toBe(true)
    list.advance(at(3_010_000))
    expect(list.size).toBe(0)
    const widened = listOf({ below: 4, expiresAt: 3000 }, { expiresAt: 2000 })
    widened.advance(at(2_500_000))
    expect(widened.isRevoked({ ...TOKEN, ver: 9 })).toBe(true)
    const extended = listOf({ expiresAt: 2000 }, { expiresAt: 2000 }, { expiresAt: 3000 })
    extended.advance(at(2_500_000))
    expect(extended.isRevoked(TOKEN)).toBe(true)
    extended.advance(at(3_010_000))
    expect(extended.size).toBe(0)
  })

  it('G10 believes a clock that jumps ahead an hour later, and forgets in pace until then', () => {
    const minute = 60_000
    const list = listOf({ id: 'jumped', expiresAt: 900 }, { id: 'steady', expiresAt: 60 })
    const isHeld = (id: string) => list.isRevoked({ ...TOKEN, sid: id })
    list.advance(at(0))
    for (const passed of [1, 5, 14]) {
      list.advance({ wall: passed * minute + 86_400_000, monotonic: passed * minute })
      expect(isHeld('jumped')).toBe(true)
    }
    expect(isHeld('steady')).toBe(false)
    for (const passed of [16, 61, 122]) {
      list.advance({ wall: passed * minute + 86_400_000, monotonic: passed * minute })
      expect(isHeld('jumped')).toBe(false)
    }
    list.apply([{ kind: 'session', id: 'late', expiresAt: 86_400 }])
    list.advance({ wall: 123 * minute + 86_400_000, monotonic: 123 * minute })
    expect(list.size).toBe(0)
  })

  it('ignores a clock that runs backwards', () => {
    const list = new RevocationList()
    list.advance(at(5_000_000))
    list.advance(at(1_000_000))
    list.apply([{ kind: 'session', id: 'ses_1', expiresAt: 4000 }])
    list.advance(at(4_999_999))
    expect(list.size).toBe(1)
  })
})
