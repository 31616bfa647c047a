import { Option } from 'commander'
import { CommandError } from '../failure.ts'
import { collect, nowOption } from './options.ts'

export interface PolicyOptions {
  readonly issuer?: string
  readonly anyIssuer?: true
  readonly audience?: readonly string[]
  readonly anyAudience?: true
  readonly type?: string
  readonly now?: number
}

export function policyOptions(): Option[] {
  return [
    new Option('--issuer <issuer>', 'the exact `iss`'),
    new Option('--any-issuer', 'whichever issuer').conflicts('issuer'),
    new Option('--audience <audience>', 'what `aud` must contain; repeated: one of them').argParser(
      collect,
    ),
    new Option('--any-audience', 'meant for whomever').conflicts('audience'),
    new Option('--type <type>', 'the `typ`, as in at+jwt (default: JWT or none)'),
    nowOption(),
  ]
}

/** What a person expects of a token. Null is "any", and they said so. */
export interface Policy {
  readonly issuer: string | null
  readonly audience: readonly string[] | null
  /** Null: whichever it is. */
  readonly type?: string | null
  readonly now?: () => number
}

/** Whether anything is asked of the claims. */
export function hasPolicy(options: PolicyOptions): boolean {
  const { issuer, anyIssuer, audience, anyAudience, type } = options
  const asked = [issuer, anyIssuer, audience, anyAudience, type]
  return asked.some((one) => one !== undefined)
}

/**
 * The policy of somebody who asks what a token is. An issuer whose keys are fetched is expected,
 * and nothing else has to be.
 *
 * @throws CommandError
 */
export function parseAskedPolicy(
  options: PolicyOptions & { readonly fetchKeys?: true },
): Policy | null {
  if (!hasPolicy(options)) return null
  const { issuer, audience, fetchKeys, type } = options
  if (!fetchKeys || issuer === undefined || audience !== undefined) return parsePolicy(options)
  return { ...parsePolicy({ ...options, anyAudience: true }), type: type ?? null }
}

/** @throws CommandError unless issuer and audience are each named or waived */
export function parsePolicy(options: PolicyOptions): Policy {
  const { issuer, anyIssuer, audience, anyAudience, type, now } = options
  if (issuer === undefined && anyIssuer === undefined) {
    throw new CommandError('--issuer is needed: whose tokens are accepted (or --any-issuer)')
  }
  if (audience === undefined && anyAudience === undefined) {
    throw new CommandError('--audience is needed: whom tokens are meant for (or --any-audience)')
  }
  return {
    issuer: issuer ?? null,
    audience: audience ?? null,
    ...(type === undefined ? {} : { type }),
    ...(now === undefined ? {} : { now: () => now }),
  }
}
