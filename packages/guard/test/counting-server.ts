import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CountingServer extends AsyncDisposable {
  url: string
  hits: number
}

/** A server that nobody should ever call. */
export async function startCountingServer(): Promise<CountingServer> {
  const server = createServer((_request, response) => {
    counting.hits += 1
    response.end('{"keys":[]}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const counting: CountingServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hits: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return counting
}
