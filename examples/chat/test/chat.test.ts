import { once } from 'node:events'
import {
  type SpawnedService,
  type StartedAuthority,
  spawnService,
  startAuthority,
} from '@signet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'

const PASSWORD = 'correct horse battery'
const CHAT = new URL('../dist/chat.js', import.meta.url)

describe('the chat', () => {
  let authority: StartedAuthority
  let chat: SpawnedService

  beforeAll(async () => {
    authority = await startAuthority()
    const { issuer } = authority.config
    chat = await spawnService(CHAT, { env: { ISSUER: issuer, AUDIENCE: issuer }, health: '/' })
  })
  afterAll(async () => {
    expect(await chat.stop()).toBe(0)
    await authority[Symbol.asyncDispose]()
  })

  async function join(token: string) {
    const socket = new WebSocket(chat.url, { headers: { authorization: `Bearer ${token}` } })
    const heard: string[] = []
    socket.on('message', (line) => heard.push(JSON.parse(String(line)).words))
    const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)])
    await once(socket, 'open')
    return { socket, heard, closed }
  }

  it('G01 closes the socket in mid-sentence when the session is logged out, and no other', async () => {
    const { body: ada } = await authority.client.signup('ada@example.com', PASSWORD)
    const { body: again } = await authority.client.login('ada@example.com', PASSWORD)
    const leaving = await join(ada.accessToken)
    const staying = await join(again.accessToken)
    const timer = setInterval(() => leaving.socket.send('word'), 10)
    await once(staying.socket, 'message')

    expect((await authority.client.logout(ada.accessToken)).status).toBe(204)
    expect(await leaving.closed).toEqual([4401, 'token_revoked'])
    clearInterval(timer)
    staying.socket.send('still here')
    await once(staying.socket, 'message')
    expect(staying.heard.at(-1)).toBe('still here')
    staying.socket.close()
    await staying.closed
  })

  it('refuses the handshake without a good token, as a route would', async () => {
    const { body: bo } = await authority.client.signup('bo@example.com', PASSWORD)
    const [header, payload] = bo.accessToken.split('.')
    for (const [token, code] of [
      ['', 'credentials_missing'],
      [`${header}.${payload}.${'A'.repeat(86)}`, 'token_invalid'],
    ] as const) {
      const headers: Record<string, string> =
        token === '' ? {} : { authorization: `Bearer ${token}` }
      const socket = new WebSocket(chat.url, { headers })
      // The service hangs up behind its answer.
      socket.on('error', () => {})
      const [, response] = await once(socket, 'unexpected-response')
      expect(response.statusCode).toBe(401)
      expect(response.headers['www-authenticate']).toContain('Bearer')
      const [body] = await once(response, 'data')
      expect(JSON.parse(String(body))).toMatchObject({ code })
    }
  })

  it('tells everybody to come back later when it ends itself', async () => {
    const { body: cy } = await authority.client.signup('cy@example.com', PASSWORD)
    const { issuer } = authority.config
    const other = await spawnService(CHAT, {
      env: { ISSUER: issuer, AUDIENCE: issuer },
      health: '/',
    })
    const socket = new WebSocket(other.url, {
      headers: { authorization: `Bearer ${cy.accessToken}` },
    })
    await once(socket, 'open')
    const closed = once(socket, 'close')
    expect(await other.stop()).toBe(0)
    expect((await closed)[0]).toBe(1013)
  })
})
