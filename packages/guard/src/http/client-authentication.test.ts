import { describe, expect, it } from 'vitest'
import { createClientAuthentication } from './client-authentication.ts'

const credentials = () => ({ clientId: 'cli_1', clientSecret: 'cs_secret' })

function headerFor(issuer: string, address: string) {
  return createClientAuthentication({ issuer, credentials }).headerFor(new URL(address))
}

describe('the credentials of a service', () => {
  it.each([
    ['https://auth.example', 'https://auth.example/oauth/introspect'],
    ['https://auth.example/tenant', 'https://auth.example/elsewhere'],
    ['http://localhost:3000', 'http://localhost:3000/revocations/stream'],
  ])('go with %s to %s', (issuer, address) => {
    expect(headerFor(issuer, address)).toBe('Basic Y2xpXzE6Y3Nfc2VjcmV0')
  })

  it.each([
    ['https://auth.example', 'https://feed.auth.example/x'],
    ['https://auth.example', 'https://auth.example:8443/x'],
    ['https://auth.example', 'http://auth.example/x'],
    ['http://localhost:3000', 'http://localhost:3001/x'],
    ['http://localhost:3000', 'http://127.0.0.1:3000/x'],
    ['http://auth.example', 'http://auth.example/x'],
    ['https://auth.example', 'https://user@auth.example/x'],
  ])('do not go with %s to %s', (issuer, address) => {
    expect(headerFor(issuer, address)).toBe(null)
  })

  it('are encoded each by itself, so that a colon or a percent sign means nothing', () => {
    const strange = () => ({ clientId: 'a:b', clientSecret: 'c d%+é' })
    const issuer = 'https://auth.example'
    const header = createClientAuthentication({ issuer, credentials: strange }).headerFor(
      new URL(issuer),
    )
    const pair = Buffer.from(header?.slice('Basic '.length) ?? '', 'base64').toString()
    expect(pair).toBe('a%3Ab:c+d%25%2B%C3%A9')
  })

  it('are read once, and again after they were refused', () => {
    let reads = 0
    const authentication = createClientAuthentication({
      issuer: 'https://auth.example',
      credentials: () => ({ clientId: 'c', clientSecret: `s${++reads}` }),
    })
    const ask = () => authentication.headerFor(new URL('https://auth.example/'))
    const first = ask()
    expect(ask()).toBe(first)
    authentication.refused()
    expect(ask()).not.toBe(first)
    expect(reads).toBe(2)
  })
})
