// Explains what a token says, to whom, until when, and what is wrong with it. Owns words and
// judgement about what can be seen; computes no signature, reads no clock but the one given or the
// runtime's, opens nothing, and believes nothing. No module or global of Node: it runs anywhere.
import { isObject } from './context.ts'
import { explainToken } from './explain-token.ts'
import type { ExplainOptions, Explanation } from './explanation.ts'
import { gradeOf, worstGrade } from './grade.ts'
import { recogniseInput } from './input/recognise.ts'
import { explainKeys } from './keys/explain-keys.ts'
import { getNow } from './now.ts'
import { INPUT_RULES } from './rules/input-rules.ts'
import { runRules } from './rules/rule.ts'

/**
 * Explains whatever was pasted: a token, a header, a cookie, a command, an address, an answer, a
 * key set; up to 1 MiB. Never throws for what it is given, and never says that a token may be
 * believed: that takes a key and a policy, which the caller asks elsewhere and tells.
 *
 * @throws TypeError for an input that is neither text nor bytes, or a `now` that is no moment
 */
export function explain(input: string | Uint8Array, options: ExplainOptions = {}): Explanation {
  const now = getNow(options)
  const recognised = recogniseInput(input)
  const { form, words, notes, json } = recognised
  const tokens = recognised.tokens.map(({ excerpt, source }, index) =>
    explainToken({ excerpt, source, now, caller: index === 0 ? options : {} }),
  )
  const isKey = form === 'key' || form === 'key-set'
  const keySet = isKey && json !== null && isObject(json.value) ? explainKeys(json.value) : null
  const findings = runRules(INPUT_RULES, { recognised, tokens })
  const grades = [...tokens.map(({ grade }) => grade), keySet?.grade ?? null]
  return {
    version: 1,
    now,
    input: { form, words, notes, findings },
    tokens,
    keySet,
    grade: worstGrade(findings.length === 0 ? grades : [...grades, gradeOf(findings)]),
  }
}
