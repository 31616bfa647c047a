// The only exit for errors: whatever is thrown becomes one problem+json answer and one log line.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { createBearerAnswer, isRefusal, type Refusal } from '@signet/guard'
import type { Problem } from '@signet/guard/protocol'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AuthorityCode, AuthorityError } from '../errors.ts'
import { ERROR_TABLE } from './error-table.ts'
import { oauthErrorOf } from './oauth-errors.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export function answerErrors(app: FastifyInstance, realm: string): void {
  app.setErrorHandler((error: unknown, request, reply) => {
    if (isRefusal(error)) return answerRefusal(reply, error, realm)
    const failure = toAuthorityError(error)
    if (failure.code === 'client_invalid') reply.header('www-authenticate', basicChallenge(realm))
    return answerProblem(request, reply, failure)
  })
  app.setNotFoundHandler((request, reply) => {
    const url = request.url.split('?', 1)[0] ?? ''
    const allowed = METHODS.filter((method) => app.hasRoute({ method, url }))
    if (allowed.length === 0) return answerProblem(request, reply, new AuthorityError('not_found'))
    reply.header('allow', allowed.join(', '))
    return answerProblem(request, reply, new AuthorityError('method_not_allowed'))
  })
}

/**
 * Within `scope` errors are those of OAuth: `error` for programs, `error_description` for people.
 * @see RFC 6749, section 5.2
 */
export function answerOauthErrors(scope: FastifyInstance, realm: string): void {
  scope.setErrorHandler((error: unknown, request, reply) => {
    const failure = isRefusal(error) ? new AuthorityError('unavailable') : toAuthorityError(error)
    const { status, error: word } = oauthErrorOf(failure.code)
    prepareAnswer(request, reply, failure, status)
    if (failure.code === 'client_invalid') reply.header('www-authenticate', basicChallenge(realm))
    const words = failure.detail ?? ERROR_TABLE[failure.code].title
    // The characters that RFC 6749 allows in it.
    const description = words.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
    return reply.type('application/json').send({ error: word, error_description: description })
  })
}

/** For addresses that cannot be decoded, which never reach a route or its error handler. */
export function answerUnroutable(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  answerProblem(request, reply, toAuthorityError(error))
}

/** How long a client that was told that its connection is over may take to close its side. */
const LINGER_MS = 1_000

/**
 * For what is no HTTP at all, or never becomes a whole request: there is no request to answer, only
 * a socket to tell and close. Ending it alone would leave it open for as long as the client likes.
 */
export function answerMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) return
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const code: AuthorityCode = isLate ? 'request_timeout' : 'request_invalid'
  const { status, title } = ERROR_TABLE[code]
  const problem: Problem = { code, title, status }
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(timer))
}

/** RFC 7617, section 2. An issuer is a URL: nothing in it needs escaping. */
function basicChallenge(realm: string): string {
  return `Basic realm="${realm}", charset="UTF-8"`
}

function answerRefusal(reply: FastifyReply, refusal: Refusal, realm: string): FastifyReply {
  const answer = createBearerAnswer(refusal, realm)
  reply.log.info({ code: refusal.code, reason: refusal.reason }, 'refused')
  return reply.code(answer.status).headers(answer.headers).send(Buffer.from(answer.body))
}

function answerProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: AuthorityError,
): FastifyReply {
  const { status, title } = ERROR_TABLE[error.code]
  prepareAnswer(request, reply, error, status)
  const problem: Problem = {
    code: error.code,
    title,
    status,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.pointer === undefined ? {} : { pointer: error.pointer }),
  }
  return (
    reply
      .type('application/problem+json')
      // As bytes: Fastify would add a charset, which this media type does not have (RFC 9457, 6.1).
      .send(Buffer.from(JSON.stringify(problem)))
  )
}

/** The log line, the status and when to try again: the same whatever form the body has. */
function prepareAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  error: AuthorityError,
  status: number,
): void {
  const line = { code: error.code, reason: error.message, cause: evidence(error.cause) }
  if (status >= 500) request.log.error(line, 'failed')
  else request.log.info(line, 'refused')
  const retryAfterSeconds = error.retryAfterSeconds ?? ERROR_TABLE[error.code].retryAfterSeconds
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  reply.code(status).header('cache-control', 'no-store')
}

/** What of a cause may be logged. Parsers quote their input in their messages; others do not. */
function evidence(cause: unknown) {
  if (!(cause instanceof Error)) return undefined
  const isParser = cause instanceof SyntaxError || 'statusCode' in cause
  return {
    name: cause.name,
    ...(isParser ? {} : { message: cause.message.slice(0, 200) }),
    stack: cause.stack?.split('\n').slice(1, 8).join('\n'),
  }
}

/** What Fastify throws for a request it refuses before a handler sees it. */
const FASTIFY_CODES: Record<string, AuthorityCode> = {
  FST_ERR_BAD_URL: 'not_found',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
}

function toAuthorityError(error: unknown): AuthorityError {
  if (error instanceof AuthorityError) return error
  const { code, statusCode, validation } = error as Partial<FastifyError>
  if (validation !== undefined) return describeValidation(validation[0])
  const known = code === undefined ? undefined : FASTIFY_CODES[code]
  if (known !== undefined) return new AuthorityError(known)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new AuthorityError('request_invalid', {
      detail: 'The body is not JSON that can be read.',
      cause: error,
    })
  }
  return new AuthorityError('internal', { cause: error })
}

function describeValidation(
  fault: NonNullable<FastifyError['validation']>[number] | undefined,
): AuthorityError {
  const { instancePath = '', message = 'is not acceptable', params } = fault ?? {}
  const refuse = (detail: string, pointer: string) =>
    new AuthorityError('request_invalid', { message: 'body refused', detail, pointer })
  // RFC 6901, section 3.
  const within = (name: string) =>
    `${instancePath}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const unknown = params?.['additionalProperty']
  const missing = params?.['missingProperty']
  // A member's name comes from the caller: it is told back, cut short, and never logged.
  if (typeof unknown === 'string') {
    const name = unknown.slice(0, 40)
    return refuse(`There is no member ${JSON.stringify(name)} here.`, within(name))
  }
  if (typeof missing === 'string') {
    return refuse(`The member ${JSON.stringify(missing)} is missing.`, within(missing))
  }
  return refuse(`${instancePath === '' ? 'The body' : 'This member'} ${message}.`, instancePath)
}
