import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

const CHANNEL = 'undici:client:sendHeaders'

/**
 * Makes a request of the runtime's fetch that does not hold the process open. Fetch has no option
 * for it; the runtime announces each request with its socket when it writes the headers. With a
 * fetch of another make nothing is announced, and the request holds the process like any other.
 */
export async function releaseProcess<T>(url: URL, send: () => Promise<T>): Promise<T> {
  const onSend = (message: unknown) => {
    const { request, socket } = message as {
      request: { origin?: unknown; path?: unknown }
      socket: Socket
    }
    if (String(request.origin) === url.origin && request.path === url.pathname + url.search) {
      socket.unref()
    }
  }
  subscribe(CHANNEL, onSend)
  try {
    return await send()
  } finally {
    unsubscribe(CHANNEL, onSend)
  }
}
