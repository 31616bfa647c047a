import type { TokenContext } from '../context.ts'
import { ALGORITHM_RULES } from './algorithm.ts'
import { CLAIM_RULES } from './claims.ts'
import { DECEIVING_RULES } from './deceiving.ts'
import { ENCRYPTED_RULES } from './encrypted.ts'
import { FORM_RULES } from './form.ts'
import { HEADER_RULES } from './header.ts'
import { KEY_SOURCE_RULES } from './key-source.ts'
import { KIND_RULES } from './kinds.ts'
import { PRIVACY_RULES } from './privacy.ts'
import type { Rule } from './rule.ts'
import { SIGNATURE_RULES } from './signature.ts'
import { SIZE_RULES } from './size.ts'
import { TIME_RULES } from './time.ts'

/** Everything that is asked about one token. */
export const TOKEN_RULES: readonly Rule<TokenContext>[] = [
  ...FORM_RULES,
  ...ALGORITHM_RULES,
  ...KEY_SOURCE_RULES,
  ...HEADER_RULES,
  ...SIGNATURE_RULES,
  ...TIME_RULES,
  ...CLAIM_RULES,
  ...DECEIVING_RULES,
  ...KIND_RULES,
  ...ENCRYPTED_RULES,
  ...SIZE_RULES,
  ...PRIVACY_RULES,
]
