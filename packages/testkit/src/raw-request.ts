import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Sends bytes as they are to a loopback server and answers everything that came back until it
 * closed: for requests that no HTTP client would write. The request must ask for the close.
 */
export async function sendRaw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) }).setEncoding('utf8')
  let answer = ''
  socket.on('data', (text: string) => {
    answer += text
  })
  socket.write(request)
  await once(socket, 'close')
  return answer
}
