import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CountingServer extends AsyncDisposable {
  url: string
  hits: number
  /** The `Authorization` of each request; null where it had none. */
  authorizations: (string | null)[]
}

/** A server that nobody should ever call. */
export async function startCountingServer(): Promise<CountingServer> {
  const server = createServer((request, response) => {
    counting.hits += 1
    counting.authorizations.push(request.headers.authorization ?? null)
    response.end('{"keys":[]}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const counting: CountingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: 0,
    authorizations: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return counting
}
