import { describe, expect, it } from 'vitest'
import { isSafeUrl, parseAnnouncedUrl } from './safe-url.ts'

describe('isSafeUrl', () => {
  it.each([
    'https://issuer.example/x',
    'http://localhost:3000',
    'http://127.0.0.1',
    'http://127.9.9.9',
    'http://[::1]:80',
    'http://0x7f.1',
  ])('allows %s', (url) => {
    expect(isSafeUrl(new URL(url))).toBe(true)
  })

  it.each([
    'http://issuer.example',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://10.0.0.1',
    'http://169.254.169.254',
    'http://0.0.0.0',
    'https://user@issuer.example',
    'https://:secret@issuer.example',
    'ftp://localhost',
    'file:///etc/passwd',
    'data:application/json,{}',
  ])('refuses %s', (url) => {
    expect(isSafeUrl(new URL(url))).toBe(false)
  })
})

describe('parseAnnouncedUrl', () => {
  it('refuses plain http behind an https issuer, even to this machine', () => {
    const address = 'http://localhost:3000/keys'
    expect(parseAnnouncedUrl(address, 'http://localhost:3000').href).toBe(address)
    expect(() => parseAnnouncedUrl(address, 'https://issuer.example')).toThrow(/unsafe/)
  })

  it.each([undefined, null, 7, '', '/keys', 'keys', {}])('refuses %j', (value) => {
    expect(() => parseAnnouncedUrl(value, 'https://issuer.example')).toThrow(/unsafe/)
  })
})
