import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A loopback port that nothing listened on a moment ago. Taken from below the range in which the
 * system places outgoing connections, so that none of those takes it before the caller does.
 */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = randomInt(20_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error('no free port found between 20000 and 32000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
