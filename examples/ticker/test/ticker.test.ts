import {
  type SpawnedService,
  type StartedAuthority,
  spawnService,
  startAuthority,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PASSWORD = 'correct horse battery'
const TICKER = new URL('../dist/ticker.js', import.meta.url)

describe('the ticker', () => {
  let authority: StartedAuthority
  let ticker: SpawnedService

  beforeAll(async () => {
    authority = await startAuthority()
    const { issuer } = authority.config
    const env = { ISSUER: issuer, AUDIENCE: issuer }
    ticker = await spawnService(TICKER, { env, health: '/health' })
  })
  afterAll(async () => {
    expect(await ticker.stop()).toBe(0)
    await authority[Symbol.asyncDispose]()
  })

  const open = (path: string, token: string) =>
    fetch(ticker.url + path, { headers: { authorization: `Bearer ${token}` } })

  /** Reads on, and logs out after some of it. */
  async function readUntilEnd(response: Response, token: string): Promise<string> {
    let text = ''
    let chunks = 0
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString()
      chunks += 1
      if (chunks === 3) expect((await authority.client.logout(token)).status).toBe(204)
    }
    return text
  }

  it('G01 ends the stream of prices when the session is logged out, and says why', async () => {
    const { body } = await authority.client.signup('ada@example.com', PASSWORD)
    const response = await open('/prices', body.accessToken)
    expect(response.status).toBe(200)
    const text = await readUntilEnd(response, body.accessToken)
    expect(text).toMatch(/^data: \d+\.\d\d\n\n/)
    expect(text).toMatch(/event: ended\ndata: token_revoked\n\n$/)
    expect((await open('/prices', body.accessToken)).status).toBe(401)
  })

  it('G01 cuts a download off when the session is logged out', async () => {
    const { body } = await authority.client.signup('bo@example.com', PASSWORD)
    const response = await open('/history', body.accessToken)
    await expect(readUntilEnd(response, body.accessToken)).rejects.toThrow(/terminated/)
  })

  it('forgets a reader that goes away', async () => {
    const { body } = await authority.client.signup('cy@example.com', PASSWORD)
    const abort = new AbortController()
    const headers = { authorization: `Bearer ${body.accessToken}` }
    const response = await fetch(`${ticker.url}/prices`, { headers, signal: abort.signal })
    await response.body?.getReader().read()
    const watched = async () => {
      const health = (await (await fetch(`${ticker.url}/health`)).json()) as {
        issuers: { watched: number }[]
      }
      return health.issuers[0]?.watched
    }
    expect(await watched()).toBe(1)
    abort.abort()
    await expect.poll(watched).toBe(0)
  })
})
