import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface IssuerDouble extends AsyncDisposable {
  readonly url: string
  /** What was asked for, in order. */
  readonly asked: readonly string[]
  /** What a path answers from now on: JSON, or by itself. */
  answer(path: string, with_: unknown): void
}

/** An issuer on loopback that answers what it is told to, and 404 elsewhere. */
export async function openIssuer(): Promise<IssuerDouble> {
  const answers = new Map<string, Answer>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { url = '' } = request
    asked.push(url)
    const answer = answers.get(url)
    if (answer === undefined) response.writeHead(404).end()
    else answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer(path, body) {
      const json: Answer = (_request, response) => response.end(JSON.stringify(body))
      answers.set(path, typeof body === 'function' ? (body as Answer) : json)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
