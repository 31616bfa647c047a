import type { TokenErrorCode } from '@signet/token'
import type { ExitName } from './exit-codes.ts'

/** How far the check of a token came before it was refused. */
type Stage = 'form' | 'key' | 'signature' | 'claims'

export interface TokenRefusal {
  readonly exit: ExitName
  /** `claims` alone says that the signature held: @signet/token looks at no claim before that. */
  readonly stage: Stage
  /** What a person can do about it. */
  readonly advice: string
}

const AS_ASKED = 'check what you asked for, or get a token made for it'

/** Every reason that @signet/token has for refusing: a new one does not compile until it is here. */
export const TOKEN_REFUSALS: Record<TokenErrorCode, TokenRefusal> = {
  token_malformed: {
    exit: 'malformed',
    stage: 'form',
    advice: '`signet token explain` shows the place',
  },
  token_too_large: {
    exit: 'malformed',
    stage: 'form',
    advice: 'a token of this size fits into no request',
  },
  header_invalid: {
    exit: 'malformed',
    stage: 'form',
    advice: '`signet token explain` shows the place',
  },
  algorithm_unsupported: {
    exit: 'signature',
    stage: 'form',
    advice: 'nothing that says so is to be trusted',
  },
  algorithm_mismatch: {
    exit: 'signature',
    stage: 'key',
    advice: 'check with the key that the issuer signs with',
  },
  key_not_found: {
    exit: 'unavailable',
    stage: 'key',
    advice: 'the `kid` it names is not among the keys given',
  },
  key_ambiguous: {
    exit: 'unavailable',
    stage: 'key',
    advice: 'give the one key with --key-file',
  },
  signature_invalid: {
    exit: 'signature',
    stage: 'signature',
    advice: 'it was changed, or another key signed it',
  },
  payload_invalid: {
    exit: 'malformed',
    stage: 'claims',
    advice: '`signet token explain` shows the place',
  },
  type_mismatch: {
    exit: 'claims',
    stage: 'claims',
    advice: 'say which kind you expect, as in --type at+jwt',
  },
  issuer_mismatch: { exit: 'claims', stage: 'claims', advice: AS_ASKED },
  audience_mismatch: { exit: 'claims', stage: 'claims', advice: AS_ASKED },
  subject_mismatch: { exit: 'claims', stage: 'claims', advice: AS_ASKED },
  claim_missing: { exit: 'claims', stage: 'claims', advice: 'its issuer must write it' },
  claim_invalid: { exit: 'claims', stage: 'claims', advice: 'its issuer writes it wrong' },
  token_expired: {
    exit: 'time',
    stage: 'claims',
    advice: 'get a new one, or check the clock of this machine',
  },
  token_not_yet_valid: {
    exit: 'time',
    stage: 'claims',
    advice: 'wait, or check the clocks of this machine and of its issuer',
  },
  lifetime_too_long: { exit: 'claims', stage: 'claims', advice: AS_ASKED },
  claims_refused: { exit: 'claims', stage: 'claims', advice: AS_ASKED },
}
