/** What the demo looks at in the answers of its three programs; each has some of it. */
interface Body {
  readonly code?: string
  readonly subject?: string
  readonly accessToken: string
  readonly refreshToken: string
  readonly user: { readonly id: string }
}

/** An answer as the demo shows and checks it. */
export interface Answer {
  readonly request: string
  readonly status: number
  readonly body: Body
}

type Call = (method: string, url: string, options?: { body?: object }) => Promise<Answer>

/** Calls over HTTP without a token. */
export const call: Call = (method, url, options) => send({ method, url, ...options })

/** Calls with one person's token. */
export function callAs(token: string): Call {
  return (method, url, options) => send({ method, url, token, ...options })
}

async function send(parts: {
  method: string
  url: string
  token?: string
  body?: object
}): Promise<Answer> {
  const { method, url, token, body } = parts
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const request = `${method} ${new URL(url).pathname}`
  return { request, status: response.status, body: text === '' ? {} : JSON.parse(text) }
}
