import type { TokenContext } from '../context.ts'
import { FORM_RULES } from './form.ts'
import type { Rule } from './rule.ts'

/** Everything that is asked about one token. */
export const TOKEN_RULES: readonly Rule<TokenContext>[] = [...FORM_RULES]
