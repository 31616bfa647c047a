import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { AuthorityError } from '../errors.ts'
import { parseFormText } from './form-text.ts'

/**
 * The client's id and secret in the `Authorization` header, each form-encoded within it (RFC 6749,
 * section 2.3.1); null without such a header.
 * @throws AuthorityError `client_invalid` for another scheme or what cannot be read,
 * `request_invalid` for two headers
 */
export function findBasicCredentials(
  request: IncomingMessage,
): { id: string; secret: string } | null {
  const [value, ...more] = request.headersDistinct.authorization ?? []
  if (value === undefined) return null
  if (more.length > 0) {
    throw new AuthorityError('request_invalid', { detail: 'There are two Authorization headers.' })
  }
  const [, encoded = ''] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(value) ?? []
  const bytes = Buffer.from(encoded, 'base64')
  const text = bytes.toString()
  const colon = text.indexOf(':')
  const id = parseFormText(text.slice(0, Math.max(0, colon)))
  const secret = parseFormText(text.slice(colon + 1))
  if (colon > 0 && isUtf8(bytes) && id !== null && secret !== null) return { id, secret }
  throw new AuthorityError('client_invalid', {
    message: 'the Authorization header is no Basic one',
  })
}
