export interface SseEvent {
  /** `message` when the stream named none. */
  readonly event: string
  readonly data: string
}

export interface SseParserOptions {
  /** Limit for one event with all its lines, in UTF-16 units. */
  readonly maxEventLength: number
  readonly onEvent: (event: SseEvent) => void
}

/**
 * A parser for server-sent events. Feed it the body's chunks as they come; it calls back for each
 * whole event. `id` and `retry` are ignored: the messages carry their own cursor, and the reader
 * its own pauses. Invalid UTF-8 is refused, where browsers would put replacement characters: an
 * identifier that was altered silently would no longer match.
 *
 * The returned function throws an Error when the bytes are not UTF-8 or an event is over the limit.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createSseParser({ maxEventLength, onEvent }: SseParserOptions) {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let line = ''
  let afterReturn = false
  let event = ''
  let data: string[] = []
  let length = 0

  return (chunk: Uint8Array): void => {
    let text = decoder.decode(chunk, { stream: true })
    // A line feed right after a carriage return ends no second line, also across chunks.
    if (text === '') return
    if (afterReturn && text.startsWith('\n')) text = text.slice(1)
    afterReturn = text.endsWith('\r')
    const lines = text.split(/\r\n|\n|\r/)
    const rest = lines.pop() ?? ''
    for (const part of lines) {
      grow(part.length)
      takeLine(line + part)
      line = ''
    }
    grow(rest.length)
    line += rest
  }

  function grow(by: number): void {
    length += by
    if (length > maxEventLength) throw new Error('The stream sent an event over the size limit')
  }

  function takeLine(whole: string): void {
    if (whole === '') {
      if (data.length > 0)
        onEvent({ event: event === '' ? 'message' : event, data: data.join('\n') })
      event = ''
      data = []
      length = 0
      return
    }
    const colon = whole.indexOf(':')
    const field = colon === -1 ? whole : whole.slice(0, colon)
    const value = colon === -1 ? '' : whole.slice(colon + (whole[colon + 1] === ' ' ? 2 : 1))
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    else if (field === '') length -= whole.length // A comment is no part of any event.
  }
}
