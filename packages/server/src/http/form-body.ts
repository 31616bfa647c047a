// How a form is read (RFC 6749, appendix B): each parameter once, and one reading of each.
import type { FastifyInstance } from 'fastify'
import { AuthorityError } from '../errors.ts'
import { parseFormText } from './form-text.ts'
import { isPlain } from './json-body.ts'

/** Far more than any call has. */
const MAX_PARAMETERS = 50

/**
 * Within `scope` bodies are forms and nothing else. A parameter without a value counts as not sent
 * (RFC 6749, section 3.1). Those of `repeatable` become lists; any other that stands twice is refused.
 */
export function readFormBodies(
  scope: FastifyInstance,
  { repeatable }: { repeatable: readonly string[] },
): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (request, text, done) => {
      if (!isPlain(request.headers)) return done(new AuthorityError('media_type_unsupported'))
      try {
        done(null, parseForm(text, repeatable))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

function parseForm(text: string, repeatable: readonly string[]): Record<string, unknown> {
  const form: Record<string, unknown> = Object.create(null)
  const seen = new Set<string>()
  for (const part of text === '' ? [] : text.split('&', MAX_PARAMETERS + 1)) {
    const equals = part.indexOf('=')
    const name = parseFormText(equals < 0 ? part : part.slice(0, equals))
    const value = parseFormText(equals < 0 ? '' : part.slice(equals + 1))
    if (name === null || value === null) throw refusal('The body is not a form in UTF-8.')
    const isRepeatable = repeatable.includes(name)
    if (seen.has(name) && !isRepeatable) throw refusal('A parameter stands twice in the body.')
    seen.add(name)
    if (value === '') continue
    form[name] = isRepeatable ? [...((form[name] as string[] | undefined) ?? []), value] : value
    if (seen.size > MAX_PARAMETERS) throw refusal('The body has too many parameters.')
  }
  return form
}

function refusal(detail: string): AuthorityError {
  return new AuthorityError('request_invalid', { message: 'body refused', detail })
}
