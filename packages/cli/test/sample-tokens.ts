import { generateKey, secretKey, sign } from '@signet/token'

/** What is made is the same each time but for signatures, which no screen shows. */
export const NOW = '2026-11-23T10:05:00Z'
const ISSUED_AT = Date.parse('2026-11-23T10:00:00Z') / 1000

export const key = await generateKey('ES256', { kid: '2026-11' })
export const SECRET = 'a secret that is long enough for HS256'

/** As the authority issues them. */
export const accessToken = sign(
  {
    client_id: 'signet',
    sid: 'ses_8sVZkGkq2yT0mC5xJ1nWfA',
    ver: 1,
    scope: 'orders:read orders:write',
    roles: ['clerk'],
  },
  key,
  {
    issuer: 'https://login.example',
    audience: 'https://orders.example',
    subject: 'acc_5rTqkWcXvB7yN2mL0pZdHg',
    jwtId: 'tok_Qm3fT9xKp1sVb6wYc2ZaRg',
    expiresIn: '15m',
    type: 'at+jwt',
    now: () => ISSUED_AT,
  },
)

/** What should not be in a token, and what should not reach a terminal. */
export const carelessToken = sign(
  {
    sub: 'ada',
    email: 'ada@example.com',
    password: 'hunter2hunter2',
    card: '4111111111111111',
    aud: '*',
    note: 'up\u001b[2J\u202eand down',
    'https://shop.example/profile': { theme: 'dark', list: [1, 2, { deep: true }] },
    exp: 253_402_300_799,
  },
  secretKey(Buffer.from(SECRET), { algorithm: 'HS256' }),
  { now: () => ISSUED_AT },
)

/** The same session a quarter of an hour later, with another role. */
export const laterToken = sign(
  {
    client_id: 'signet',
    sid: 'ses_8sVZkGkq2yT0mC5xJ1nWfA',
    ver: 2,
    scope: 'orders:read admin',
    roles: ['admin'],
  },
  key,
  {
    issuer: 'https://login.example',
    audience: 'https://orders.example',
    subject: 'acc_5rTqkWcXvB7yN2mL0pZdHg',
    jwtId: 'tok_Ab8cD3eF6gH1iJ4kL7mN0o',
    expiresIn: '15m',
    type: 'at+jwt',
    now: () => ISSUED_AT + 900,
  },
)

/** Of the kind that people ask about. */
export const longToken = sign({ email: 'ada@example.com', scope: 'orders:read' }, key, {
  issuer: 'https://login.example',
  audience: 'https://orders.example',
  subject: 'u-1815',
  expiresIn: '90d',
  now: () => ISSUED_AT,
})
