// A proxy in front of an authority that does to requests and answers what a test wants of it.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Certificate } from './certificates.ts'

export interface ProxyHabits {
  /** Changes the headers of a request on its way to the authority. */
  readonly onRequest?: (headers: IncomingHttpHeaders) => void
  /** Changes the headers of an answer on its way back. */
  readonly onAnswer?: (path: string, headers: OutgoingHttpHeaders) => void
  /** Answers in the place of the authority; true when it did. */
  readonly answers?: (path: string, response: ServerResponse) => boolean
  /** Collects the bodies of these paths, and passes on what is whole. */
  readonly collects?: string
  /** Passes on every piece of these paths so late. */
  readonly delays?: { readonly path: string; readonly ms: number }
  /** Serves TLS with it. */
  readonly certificate?: Certificate
}

export interface CarelessProxy extends AsyncDisposable {
  /** From now on it does this. */
  become(habits: ProxyHabits): void
}

/** From a loopback port to an address. */
export async function startProxy(parts: {
  port: number
  to: () => string
  certificate?: Certificate | undefined
}): Promise<CarelessProxy> {
  const { port, to, certificate } = parts
  let habits: ProxyHabits = {}
  const handle = (asked: IncomingMessage, response: ServerResponse) =>
    passOn(asked, response, { to: to(), habits })
  const server =
    certificate === undefined
      ? createServer(handle)
      : createTlsServer(
          { cert: readFileSync(certificate.cert), key: readFileSync(certificate.key) },
          handle,
        )
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    become(next) {
      habits = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function passOn(
  asked: IncomingMessage,
  response: ServerResponse,
  { to, habits }: { to: string; habits: ProxyHabits },
): void {
  const { url: path = '/', method } = asked
  if (habits.answers?.(path, response)) return
  const headers = { ...asked.headers }
  habits.onRequest?.(headers)
  const onward = request(new URL(path, to), { method, headers, agent: false }, (answer) => {
    const changed: OutgoingHttpHeaders = { ...answer.headers }
    habits.onAnswer?.(path, changed)
    response.sendDate = false
    response.writeHead(answer.statusCode ?? 502, changed)
    response.flushHeaders()
    if (habits.collects === path) collect(answer, response)
    else if (habits.delays?.path === path) delay(answer, response, habits.delays.ms)
    else answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  response.on('close', () => onward.destroy())
  asked.pipe(onward)
}

function collect(answer: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] = []
  answer.on('data', (piece: Buffer) => pieces.push(piece))
  answer.on('end', () => response.end(Buffer.concat(pieces)))
}

function delay(answer: IncomingMessage, response: ServerResponse, ms: number): void {
  answer.on('data', (piece: Buffer) => {
    setTimeout(() => response.write(piece), ms).unref()
  })
}
