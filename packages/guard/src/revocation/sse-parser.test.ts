import { describe, expect, it } from 'vitest'
import { createSseParser, type SseEvent } from './sse-parser.ts'

function parseInPieces(bytes: Uint8Array, size: number, maxEventLength = 1000): SseEvent[] {
  const events: SseEvent[] = []
  const parse = createSseParser({ maxEventLength, onEvent: (event) => events.push(event) })
  for (let start = 0; start < bytes.length; start += size) {
    parse(bytes.subarray(start, start + size))
  }
  return events
}

const CASES: Record<string, { text: string; events: SseEvent[] }> = {
  'an event with a name': {
    text: 'event: pulse\ndata: {}\n\n',
    events: [{ event: 'pulse', data: '{}' }],
  },
  'an event without a name': { text: 'data: x\n\n', events: [{ event: 'message', data: 'x' }] },
  'no space after the colon': { text: 'data:x\n\n', events: [{ event: 'message', data: 'x' }] },
  'only the first space is dropped': {
    text: 'data:  x\n\n',
    events: [{ event: 'message', data: ' x' }],
  },
  'several data lines': {
    text: 'data: a\ndata: b\ndata\n\n',
    events: [{ event: 'message', data: 'a\nb\n' }],
  },
  'carriage returns, line feeds and both': {
    text: 'event: a\r\ndata: 1\r\n\r\nevent: b\rdata: 2\r\revent: c\ndata: 3\n\n',
    events: [
      { event: 'a', data: '1' },
      { event: 'b', data: '2' },
      { event: 'c', data: '3' },
    ],
  },
  'comments, ids, retries and unknown fields': {
    text: ': hello\nid: e1.4\nretry: 9\nother: x\ndata: y\n\n',
    events: [{ event: 'message', data: 'y' }],
  },
  'an event without data is none': {
    text: 'event: pulse\n\ndata: x\n\n',
    events: [{ event: 'message', data: 'x' }],
  },
  'an event that is not finished is none': {
    text: 'data: x\n\ndata: y\n',
    events: [{ event: 'message', data: 'x' }],
  },
  'letters of several bytes, behind a byte order mark': {
    text: '\uFEFFdata: gr\u00fc\u00df \u{1F511} \u2028\n\n',
    events: [{ event: 'message', data: 'gr\u00fc\u00df \u{1F511} \u2028' }],
  },
}

describe('createSseParser', () => {
  it.each(Object.entries(CASES))('reads the same wherever chunks are cut: %s', (_name, row) => {
    const bytes = new TextEncoder().encode(row.text)
    for (let size = 1; size <= bytes.length; size += 1) {
      expect(parseInPieces(bytes, size)).toEqual(row.events)
    }
  })

  it('refuses bytes that are not UTF-8 instead of replacing them', () => {
    const bytes = Buffer.concat([Buffer.from('data: ses_'), Buffer.of(0xff), Buffer.from('\n\n')])
    expect(() => parseInPieces(bytes, 3)).toThrow(TypeError)
  })

  it('refuses one line, one event and one comment over the limit, however they come', () => {
    for (const text of [
      `data: ${'x'.repeat(200)}`,
      'data: xxxx\n'.repeat(20),
      `:${'x'.repeat(200)}`,
    ]) {
      for (const size of [1, 1000]) {
        expect(() => parseInPieces(Buffer.from(text), size, 100)).toThrow(/size limit/)
      }
    }
  })

  it('counts each event for itself, and comments for none', () => {
    const text = `${'data: x\n\n'.repeat(100)}${': keep-alive\n'.repeat(100)}data: y\n\n`
    expect(parseInPieces(Buffer.from(text), 7, 100)).toHaveLength(101)
  })
})
