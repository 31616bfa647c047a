import { isWatchingLeaks, keepSecret, watchText } from './leaks.ts'

/** The part of a token-bearing answer that tests use. */
export interface TokenAnswer {
  accessToken: string
  refreshToken: string
  tokenType: string
  expiresIn: number
  refreshExpiresIn: number
  user?: { id: string; email: string; name: string | null; roles: string[] }
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

export interface CallOptions {
  method?: string
  token?: string
  body?: unknown
  /** A body as it goes over the wire, instead of `body`; its content type is JSON unless said. */
  text?: string
  headers?: Record<string, string>
}

/** Calls an authority over HTTP as a user's application does. Never throws for a status. */
export class AuthorityClient {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async call<T = Record<string, unknown>>(
    path: string,
    options: CallOptions = {},
  ): Promise<Answer<T>> {
    const { token, body, headers } = options
    const sent = options.text ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(this.url + path, {
      method: options.method ?? (sent === undefined ? 'GET' : 'POST'),
      headers: {
        // A connection of its own: one that was kept may just be ending with a restarted authority.
        connection: 'close',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const text = await response.text()
    const parsed = text === '' ? {} : JSON.parse(text)
    if (isWatchingLeaks()) watchCall({ token, sent: sent ?? '', response, text, parsed })
    return { status: response.status, headers: response.headers, body: parsed }
  }

  signup(email: string, password: string): Promise<Answer<TokenAnswer>> {
    return this.call('/signup', { body: { email, password } })
  }

  login(email: string, password: string): Promise<Answer<TokenAnswer>> {
    return this.call('/login', { body: { email, password } })
  }

  refresh(refreshToken: string): Promise<Answer<TokenAnswer & { code?: string }>> {
    return this.call('/refresh', { body: { refreshToken } })
  }

  profile(token: string): Promise<Answer> {
    return this.call('/api/profile', { token })
  }

  logout(token: string): Promise<Answer> {
    return this.call('/logout', { method: 'POST', token })
  }
}

const SECRET_MEMBERS = [
  'password',
  'currentPassword',
  'newPassword',
  'refreshToken',
  'accessToken',
  'refresh_token',
  'access_token',
  'client_secret',
  'secret',
]

/** What was sent and given is secret; what an error and every header say is not. */
function watchCall(call: {
  token: string | undefined
  sent: string
  response: Response
  text: string
  parsed: unknown
}): void {
  const { token, sent, response, text, parsed } = call
  if (token !== undefined) keepSecret('bearer token', token)
  for (const body of [readObject(sent), parsed]) {
    for (const name of SECRET_MEMBERS) {
      const value = (body as Record<string, unknown>)[name]
      // An address where a password is due is still an address, and those are shown to operators.
      if (typeof value === 'string' && !value.includes('@')) keepSecret(name, value)
    }
  }
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie') keepSecret('device cookie', /=([^;]*)/.exec(value)?.[1] ?? '')
    else watchText(`${name}: ${value}`)
  }
  if (!response.ok) watchText(text)
}

function readObject(text: string): unknown {
  try {
    return Object(JSON.parse(text))
  } catch {
    // Sent broken on purpose, or nothing at all.
    return {}
  }
}
