// A population whose every id, salt and refresh token follows from a number, so that millions of
// accounts are made by the database itself and any of them can be asked for.
import { createHash } from 'node:crypto'

const inner = (path) => import(new URL(`../../packages/server/dist/${path}`, import.meta.url))
const { createRefreshToken } = await inner('sessions/refresh-token.js')
const { parseSecret } = await inner('config/secrets.js')

const BATCH = 50_000
const DAY = 86_400

/** What the database computes, in its own words; `n` is the number of the account. */
const ID = (kind) =>
  `'${kind}_' || translate(rtrim(encode(decode(md5('${kind} ' || n), 'hex'), 'base64'), '='), '+/', '-_')`

/**
 * Fills tables that are empty: accounts, one role for every tenth, one session each. What ties rows
 * together is not checked again for each of them.
 */
export async function fill(client, { accounts, secret, passwordHash, onProgress }) {
  const now = Math.floor(Date.now() / 1000)
  await client.query(`set synchronous_commit = off; set session_replication_role = replica`)
  await client.query(`insert into roles (name, scopes, created_at)
    values ('support', 'tickets:read tickets:write', ${now})`)
  for (let from = 0; from < accounts; from += BATCH) {
    const batch = `generate_series(${from}, ${Math.min(from + BATCH, accounts) - 1}) as n`
    await client.query(
      `insert into accounts (id, email, email_verified, name, password_hash, created_at)
       select ${ID('acc')}, 'person' || n || '@example.com', 1, 'Person ' || n, $1,
         ${now - 400 * DAY} + n % ${400 * DAY}
       from ${batch}`,
      [passwordHash],
    )
    await client.query(
      `insert into account_roles select ${ID('acc')}, 'support' from ${batch} where n % 10 = 0`,
    )
    await client.query(
      `insert into sessions (id, account_id, client_id, salt, generation, rotated_at, secret_id,
         token_id, token_audience, token_issued_at, token_expires_at, tokens_expire_at,
         idle_expires_at, expires_at, created_at, user_agent, address)
       select ${ID('ses')}, ${ID('acc')}, 'signet', sha256(('salt ' || n)::bytea), 1, at, $1,
         substr(${ID('jti')}, 5), 'http://localhost:3000', at, at + 900, at + 900,
         ${now + 7 * DAY}, ${now + 20 * DAY} + n % ${9 * DAY}, at,
         'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
         '10.' || n % 250 || '.' || n / 250 % 250 || '.' || n / 62500 % 250
       from (select n, ${now - DAY} + n % ${DAY - 3600} as at from ${batch}) as numbered`,
      [parseSecret(secret).id],
    )
    onProgress(Math.min(from + BATCH, accounts))
  }
  await client.query('vacuum analyze')
}

export function emailOf(n) {
  return `person${n}@example.com`
}

export function sessionIdOf(n) {
  return `ses_${createHash('md5').update(`ses ${n}`).digest('base64url')}`
}

/** The token that the session of account `n` begins with. */
export function firstTokenOf(n, secret) {
  const salt = createHash('sha256').update(`salt ${n}`).digest()
  const session = { id: sessionIdOf(n), generation: 1, salt, clientId: 'signet' }
  return createRefreshToken(parseSecret(secret), session)
}
