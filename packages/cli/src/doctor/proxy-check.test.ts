import { type Config, parseConfig } from '@signet/server'
import { expect, test } from 'vitest'
import { judgeAddresses } from './proxy-check.ts'

function configWith(settings: Record<string, string>): Config {
  const SIGNET_SECRET = Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7)).toString(
    'base64url',
  )
  return parseConfig({ SIGNET_SECRET, ...settings }, 'production', '/')
}

const BEHIND_PROXY = configWith({
  SIGNET_ISSUER: 'https://login.example',
  SIGNET_TRUST_PROXY: '10.0.0.0/8',
})

const seen = (entries: number, addresses: number, fromTrustedProxies = 0) => ({
  entries,
  addresses,
  fromTrustedProxies,
})

test.each([
  [seen(0, 0), 'skipped', null],
  [seen(19, 1), 'ok', null],
  [seen(20, 1), 'warning', 'addresses_alike'],
  [seen(500, 2), 'ok', null],
  [seen(500, 200, 1), 'warning', 'proxy_hides_clients'],
] as const)('%o is %s', (facts, status, finding) => {
  expect(judgeAddresses(BEHIND_PROXY, facts)).toMatchObject({ status, finding })
})

test('whoever serves TLS in front is a proxy, and one that serves none needs no name', () => {
  const issuer = { SIGNET_ISSUER: 'https://login.example' }
  const files = { SIGNET_TLS_CERT: 'cert.pem', SIGNET_TLS_KEY: 'key.pem' }
  const finding = 'proxy_not_trusted'
  expect(judgeAddresses(configWith(issuer), seen(9, 9))).toMatchObject({ finding })
  expect(judgeAddresses(configWith({ ...issuer, ...files }), seen(9, 9)).finding).toBe(null)
  const local = configWith({ SIGNET_ISSUER: 'http://localhost:3000' })
  expect(judgeAddresses(local, seen(99, 1)).finding).toBe(null)
})
