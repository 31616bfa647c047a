import type { FeedEvent, FeedPage, FeedPulse } from '@signet/guard/protocol'
import { waitUntil } from './wait-until.ts'

export interface FeedMessage {
  readonly event: FeedEvent
  /** What `Last-Event-ID` would resume behind; absent from pulses. */
  readonly id: string | undefined
  readonly data: FeedPage & FeedPulse
}

export interface FollowedFeed extends AsyncDisposable {
  readonly status: number
  readonly headers: Headers
  /** Every message so far, in the order of arrival. */
  readonly messages: readonly FeedMessage[]
  /** Once the authority has ended the stream, or the test. */
  readonly ended: Promise<void>
  /** Waits for a message, one that has arrived already included. */
  first(what: string, isIt: (message: FeedMessage) => boolean): Promise<FeedMessage>
}

/** Follows `/revocations/stream` of an authority message by message, without a guard. */
export async function followFeed(
  url: string,
  options: { lastEventId?: string; authorization?: string } = {},
): Promise<FollowedFeed> {
  const { lastEventId, authorization } = options
  const cut = new AbortController()
  const response = await fetch(`${url}/revocations/stream`, {
    headers: {
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      ...(authorization === undefined ? {} : { authorization }),
    },
    signal: cut.signal,
  })
  const messages: FeedMessage[] = []
  const reading = read(response, messages)
  return {
    status: response.status,
    headers: response.headers,
    messages,
    ended: reading,
    async first(what, isIt) {
      await waitUntil(what, () => messages.some(isIt))
      return messages.find(isIt) as FeedMessage
    },
    async [Symbol.asyncDispose]() {
      cut.abort()
      await reading
    },
  }
}

async function read(response: Response, messages: FeedMessage[]): Promise<void> {
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for await (const chunk of response.body ?? []) {
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) messages.push(parseMessage(block))
    }
  } catch {
    // Cut by the test or by the authority: what arrived before is there.
  }
}

function parseMessage(block: string): FeedMessage {
  const fields = new Map(
    block.split('\n').map((line) => {
      const colon = line.indexOf(': ')
      return [line.slice(0, colon), line.slice(colon + 2)]
    }),
  )
  return {
    event: fields.get('event') as FeedEvent,
    id: fields.get('id'),
    data: JSON.parse(fields.get('data') ?? 'null'),
  }
}
