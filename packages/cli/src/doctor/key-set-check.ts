// The key set as verifiers fetch it: there, whole, of now, and kept for as long as the authority says.
import { MAX_KEY_SET_AGE_SECONDS } from '@signet/guard/protocol'
import { createKeySet, type JwkSetLike, KeyError, type KeySet } from '@signet/token'
import { CommandError } from '../failure.ts'
import type { Answer } from '../issuer/fetch-answer.ts'
import { parseJson } from '../issuer/fetch-json.ts'
import { parseAnnouncedUrl } from '../issuer/issuer-keys.ts'
import { plural } from '../output/plural.ts'
import { ask, reasonOf } from './ask.ts'
import { found, ok, type Result, skipped } from './results.ts'

/** As guards ask: caches on the way shall ask as well. */
const AFRESH = { 'cache-control': 'no-cache' }

export interface KeySetQuestion {
  readonly issuer: string
  /** As the discovery document has it. */
  readonly keySetUrl: unknown
  /** Ids of the keys that should be in it, none where a shared secret signs; null: not known. */
  readonly expectedKids: readonly string[] | null
}

export async function checkKeySet(question: KeySetQuestion): Promise<Result[]> {
  const { issuer, keySetUrl, expectedKids } = question
  try {
    const { href } = parseAnnouncedUrl(keySetUrl, issuer)
    const answer = await ask(href, { headers: AFRESH })
    if (answer.status !== 200) throw new CommandError(`it answered ${answer.status}`)
    const keySet = createKeySet(parseJson(answer.text) as JwkSetLike)
    const isEmpty = keySet.size === 0 && keySet.skipped.length === 0
    if (isEmpty && expectedKids === null) {
      return [skipped('key_set', 'it is empty, as where a shared secret signs')]
    }
    if (isEmpty && expectedKids?.length === 0)
      return [ok('key_set', 'it is empty, as it should be')]
    if (keySet.size === 0) throw new CommandError('no key in it can be used')
    const etag = answer.headers.get('etag')
    const again =
      etag === null ? null : await ask(href, { headers: { ...AFRESH, 'if-none-match': etag } })
    const findings = [
      judgeAge(answer, keySet, expectedKids),
      judgeKeeping(answer),
      judgeTag(etag, again),
    ].filter((result) => result !== null)
    const kept = `kept for ${maxAgeOf(answer)} s and then asked for by its ETag`
    return findings.length > 0
      ? findings
      : [ok('key_set', `${plural(keySet.size, 'key')}, ${kept}`)]
  } catch (error) {
    const reason = error instanceof KeyError ? error.message : reasonOf(error)
    return [found('key_set', 'key_set_unusable', reason)]
  }
}

function judgeAge(
  answer: Answer,
  keySet: KeySet,
  expectedKids: readonly string[] | null,
): Result | null {
  const kids = new Set(keySet.keys().map(({ kid }) => kid))
  const isOther =
    expectedKids !== null &&
    (expectedKids.length !== kids.size || expectedKids.some((kid) => !kids.has(kid)))
  const age = Number(answer.headers.get('age') ?? 0)
  const maxAge = maxAgeOf(answer)
  if (isOther) {
    const words =
      'its keys are not those of this database: an old set out of a cache, or another authority'
    return found('key_set', 'key_set_outdated', words)
  }
  if (maxAge !== null && age > maxAge) {
    const words = `it comes out of a cache that has kept it for ${age} s, and may for ${maxAge} s`
    return found('key_set', 'key_set_outdated', words)
  }
  return null
}

function judgeKeeping(answer: Answer): Result | null {
  const maxAge = maxAgeOf(answer)
  if (maxAge !== null && maxAge > MAX_KEY_SET_AGE_SECONDS) {
    const words = `it arrives with leave to keep it for ${maxAge} s: verifiers without a feed meet tokens of keys that they do not have`
    return found('key_set', 'key_set_kept_long', words)
  }
  if (maxAge !== null) return null
  const words = 'it arrives without a time for which it may be kept: each verifier takes its own'
  return found('key_set', 'key_set_kept_never', words)
}

function judgeTag(etag: string | null, again: Answer | null): Result | null {
  if (again?.status === 304) return null
  // Another set by now.
  if (again?.status === 200 && again.headers.get('etag') !== etag) return null
  const words =
    again === null
      ? 'it arrives without an ETag: each verifier fetches all of it every time'
      : `asked again with its ETag it came with status ${again.status} and not 304: each verifier fetches all of it every time`
  return found('key_set', 'etag_lost', words)
}

/** Null: it may not be kept, or does not say. Reads the header as guards do, who do what it says. */
function maxAgeOf({ headers }: Answer): number | null {
  const cacheControl = headers.get('cache-control') ?? ''
  if (/\bno-(store|cache)\b/i.test(cacheControl)) return null
  const seconds = /(?:^|[\s,])max-age="?([0-9]{1,9})\b/i.exec(cacheControl)?.[1]
  return seconds === undefined ? null : Number(seconds)
}
