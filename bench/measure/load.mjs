// Load on HTTP servers: kept connections, each of which walks by itself. What it sends next may be
// made of the answer before, so a refresh token is used exactly once. Nothing but sockets, for the
// cores are the contestants'.
import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Opens one connection for each walker and lets all of them walk for `ms` milliseconds, then until
 * every request that was begun is answered. A walker is `{ port, next, take }`: `next()` makes the
 * text of a request (see {@link requestText}), `take({ status, headers, body })` judges its answer
 * and throws where that is not what is due. With `isAwake` this process never sleeps: a client in the
 * next core would otherwise have the server's write wake it, and the slower the server, the oftener.
 */
export async function walkFor(ms, walkers, { isAwake = false } = {}) {
  // Anew each time: servers close connections that wait for their turn for long.
  const connections = await Promise.all(walkers.map(openConnection))
  let turn = isAwake ? setImmediate(stayAwake) : null
  function stayAwake() {
    turn = setImmediate(stayAwake)
  }
  try {
    const started = performance.now()
    const counts = await Promise.all(connections.map(({ walk }) => walk(started + ms)))
    const answers = counts.reduce((sum, count) => sum + count, 0)
    return { answers, perSecond: answers / ((performance.now() - started) / 1000) }
  } finally {
    clearImmediate(turn)
    for (const { close } of connections) close()
  }
}

/** A request as bytes on the wire. Bodies are ASCII. */
export function requestText({ method = 'POST', path, headers = [], type, body = '' }) {
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...headers,
    ...(body === '' ? [] : [`Content-Type: ${type}`, `Content-Length: ${body.length}`]),
    '',
    body,
  ].join('\r\n')
}

async function openConnection({ port, next, take }) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.setEncoding('latin1')
  let received = ''
  let count = 0
  let until = 0
  let stop = () => {}

  socket.on('data', (text) => {
    received += text
    const answer = readAnswer(received)
    if (answer === null) return
    received = ''
    try {
      take(answer)
    } catch (error) {
      stop(error)
      return
    }
    count += 1
    if (performance.now() < until) socket.write(next(), 'latin1')
    else stop()
  })
  socket.on('error', () => {})
  socket.on('close', () => stop(new Error(`the server on port ${port} closed a connection`)))
  return {
    walk: (end) =>
      new Promise((resolve, reject) => {
        until = end
        stop = (error) => (error === undefined ? resolve(count) : reject(error))
        socket.write(next(), 'latin1')
      }),
    close: () => socket.destroy(),
  }
}

/** Null while something is missing. One request at a time, so nothing stands behind an answer. */
function readAnswer(text) {
  const end = text.indexOf('\r\n\r\n')
  if (end === -1) return null
  const headers = text.slice(0, end)
  const rest = text.slice(end + 4)
  const status = Number(text.slice(9, 12))
  // RFC 9110, section 15.3.5: it has no body, and says nothing of one.
  if (status === 204) return { status, headers, body: '' }
  const length = /\r\ncontent-length: (\d+)/i.exec(headers)?.[1]
  if (length !== undefined) {
    return rest.length < Number(length) ? null : { status, headers, body: rest }
  }
  return rest.endsWith('\r\n0\r\n\r\n') ? { status, headers, body: joinChunks(rest) } : null
}

/** @see RFC 9112, section 7.1 */
function joinChunks(text) {
  let body = ''
  for (let at = 0; ; ) {
    const line = text.indexOf('\r\n', at)
    const size = Number.parseInt(text.slice(at, line), 16)
    if (size === 0) return body
    body += text.slice(line + 2, line + 2 + size)
    at = line + 2 + size + 2
  }
}
