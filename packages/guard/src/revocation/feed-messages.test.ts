import { describe, expect, it } from 'vitest'
import { parsePage, parsePulse } from './feed-messages.ts'

const ENTRY = { kind: 'session', id: 'ses_1', expiresAt: 2000 }
const PAGE = { cursor: 'e1.1', entries: [ENTRY], complete: true }

describe('parsePage', () => {
  it('reads every kind of entry', () => {
    const entries = [
      { ...ENTRY, below: 3 },
      { kind: 'client', id: 'app', before: 1000, expiresAt: 2000 },
      { kind: 'token', id: 'jti_1', expiresAt: 2000 },
      { kind: 'key', id: 'k1', expiresAt: null },
    ]
    const page = { ...PAGE, entries, reset: true }
    expect(parsePage(JSON.stringify(page))).toEqual(page)
    expect(parsePage(JSON.stringify(PAGE))).toEqual({ ...PAGE, reset: false })
  })

  it.each([
    ['not JSON', '{'],
    ['null', 'null'],
    ['a number', '7'],
    ['no cursor', JSON.stringify({ ...PAGE, cursor: undefined })],
    ['a bad cursor', JSON.stringify({ ...PAGE, cursor: 'e1' })],
    ['no entries', JSON.stringify({ ...PAGE, entries: undefined })],
    ['complete as a text', JSON.stringify({ ...PAGE, complete: 'yes' })],
    ['reset as a number', JSON.stringify({ ...PAGE, reset: 1 })],
    ['an unknown kind', JSON.stringify({ ...PAGE, entries: [{ ...ENTRY, kind: 'tenant' }] })],
    ['an empty id', JSON.stringify({ ...PAGE, entries: [{ ...ENTRY, id: '' }] })],
    ['an id that is no text', JSON.stringify({ ...PAGE, entries: [{ ...ENTRY, id: 7 }] })],
    ['no end', JSON.stringify({ ...PAGE, entries: [{ kind: 'session', id: 'ses_1' }] })],
    [
      'an end that is no time',
      JSON.stringify({ ...PAGE, entries: [{ ...ENTRY, expiresAt: '9' }] }),
    ],
    [
      'a limit that is no number',
      JSON.stringify({ ...PAGE, entries: [{ ...ENTRY, below: null }] }),
    ],
    ['an entry that is null', JSON.stringify({ ...PAGE, entries: [null] })],
  ])('refuses a page with %s rather than skip what it says', (_name, text) => {
    expect(() => parsePage(text)).toThrow()
  })
})

describe('parsePulse', () => {
  it('reads a pulse', () => {
    const pulse = { head: 'e1.9', readAfterMs: 12.5, now: 1_700_000_000_000 }
    expect(parsePulse(JSON.stringify(pulse))).toEqual(pulse)
  })

  it.each([
    { head: 'e1.9', readAfterMs: -1, now: 1 },
    { head: 'e1.9', readAfterMs: '1', now: 1 },
    { head: 'e1.9', readAfterMs: 1 },
    { head: 9, readAfterMs: 1, now: 1 },
  ])('refuses %j', (pulse) => {
    expect(() => parsePulse(JSON.stringify(pulse))).toThrow(/cannot be read/)
  })
})
