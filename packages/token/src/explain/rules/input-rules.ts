import { COOKIE_RULES } from './cookies.ts'
import type { InputContext } from './input-context.ts'
import type { Rule } from './rule.ts'
import { TRANSPORT_RULES } from './transport.ts'

/** Everything that is asked about what is around the tokens. */
export const INPUT_RULES: readonly Rule<InputContext>[] = [...TRANSPORT_RULES, ...COOKIE_RULES]
