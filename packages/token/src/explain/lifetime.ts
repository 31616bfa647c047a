import type { JsonValue, Lifetime } from './explanation.ts'
import type { JsonObject } from './read/token.ts'
import { durationWords, momentWords, relativeWords } from './words/time.ts'

/** From when to when the claims say that it is good, whoever made it; without leeway. */
export function createLifetime(claims: JsonObject | null, now: number): Lifetime {
  const issuedAt = findTime(claims?.['iat'])
  const notBefore = findTime(claims?.['nbf'])
  const expiresAt = findTime(claims?.['exp'])
  const times = { issuedAt, notBefore, expiresAt }
  if (claims === null) return { ...times, state: 'unknown', words: 'Its times cannot be read.' }
  if (expiresAt === null && claims['exp'] !== undefined) {
    return {
      ...times,
      state: 'unknown',
      words: 'It says when it ends in a way that cannot be read.',
    }
  }
  if (expiresAt !== null && now >= expiresAt) {
    return { ...times, state: 'expired', words: `It ended ${moment(expiresAt, now)}.` }
  }
  if (notBefore !== null && now < notBefore) {
    return { ...times, state: 'not-yet', words: `It begins ${moment(notBefore, now)}.` }
  }
  if (expiresAt === null) return { ...times, state: 'unbounded', words: 'It says no end.' }
  const all = issuedAt === null ? '' : `; ${durationWords(expiresAt - issuedAt)} in all`
  return { ...times, state: 'running', words: `It ends ${moment(expiresAt, now)}${all}.` }
}

function moment(at: number, now: number): string {
  const when = momentWords(at)
  return when === null ? relativeWords(at, now) : `${relativeWords(at, now)}, at ${when}`
}

function findTime(value: JsonValue | undefined): number | null {
  return typeof value === 'number' ? value : null
}
