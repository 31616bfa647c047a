// What each contestant is asked, connection by connection, and when its answer counts: status 200
// and a token that this connection was not given before.
import { requestText } from '../measure/load.mjs'

const FORM = 'application/x-www-form-urlencoded'

export const PASSWORD = 'correct horse battery'

/** The same request again and again; `memberOf` names the token in the answer. */
function repeat({ port, request, member }) {
  const text = requestText(request)
  let last = null
  return {
    port,
    next: () => text,
    take(answer) {
      const token = bodyOf(answer)[member]
      if (typeof token !== 'string' || token === last) throw new Error('no new token')
      last = token
    },
  }
}

/** Against the servers of bare.mjs: a body as long as a refresh, which nobody reads. */
export function askBare(port) {
  const body = JSON.stringify({ refreshToken: 'x'.repeat(78) })
  const request = { path: '/refresh', type: 'application/json', body }
  return repeat({ port, request, member: 'accessToken' })
}

/** The answer of {@link askBare} without a signature, which is always the same. */
export function askConstant(port) {
  return { ...askBare(port), take: bodyOf }
}

export function refreshSignet(port, refreshToken) {
  let current = refreshToken
  return {
    port,
    next: () =>
      requestText({
        path: '/refresh',
        type: 'application/json',
        body: JSON.stringify({ refreshToken: current }),
      }),
    take(answer) {
      const { accessToken, refreshToken } = bodyOf(answer)
      if (accessToken === undefined || refreshToken === current) throw new Error('no new token')
      current = refreshToken
    },
  }
}

export function refreshOidcProvider(port, refreshToken) {
  let current = refreshToken
  return {
    port,
    next: () =>
      requestText({
        path: '/token',
        type: FORM,
        body: `grant_type=refresh_token&client_id=bench&refresh_token=${current}`,
      }),
    take(answer) {
      const { access_token, refresh_token } = bodyOf(answer)
      if (access_token === undefined || refresh_token === current) throw new Error('no new token')
      current = refresh_token
    },
  }
}

/** The same request for a token again and again, as a client with a secret. */
export function askForClient({ port, path, id, secret, form }) {
  const request = {
    path,
    type: FORM,
    headers: [basic({ id, secret })],
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
  }
  return repeat({ port, request, member: 'access_token' })
}

/** One token again and again; without a client against bare.mjs, which asks for none. */
export function introspect({ port, token, client }) {
  const text = requestText({
    path: '/oauth/introspect',
    type: FORM,
    headers: client === undefined ? [] : [basic(client)],
    body: `token=${token}`,
  })
  return {
    port,
    next: () => text,
    take(answer) {
      if (bodyOf(answer).active !== true) throw new Error('a living token is not active')
    },
  }
}

function basic({ id, secret }) {
  return `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

export function askBetterAuth(port, cookie) {
  const request = { method: 'GET', path: '/api/auth/token', headers: [`Cookie: ${cookie}`] }
  return repeat({ port, request, member: 'token' })
}

export function loginSignet(port, email) {
  const body = JSON.stringify({ email, password: PASSWORD })
  const request = { path: '/login', type: 'application/json', body }
  return repeat({ port, request, member: 'refreshToken' })
}

export function loginBetterAuth(port, email) {
  const body = JSON.stringify({ email, password: PASSWORD })
  const request = { path: '/api/auth/sign-in/email', type: 'application/json', body }
  return repeat({ port, request, member: 'token' })
}

function bodyOf({ status, body }) {
  if (status !== 200) throw new Error(`answered ${status}: ${body.slice(0, 300)}`)
  return JSON.parse(body)
}
