import type { Finding, Grade } from './explanation.ts'

const ORDER: readonly Grade[] = ['A', 'B', 'C', 'D', 'F']

/** Errors decide, then the number of warnings; what each letter stands for: {@link Grade}. */
export function gradeOf(findings: readonly Finding[]): Grade {
  if (findings.some(({ severity }) => severity === 'error')) return 'F'
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  if (warnings === 0) return 'A'
  if (warnings === 1) return 'B'
  return warnings <= 3 ? 'C' : 'D'
}

export function worstGrade(grades: readonly (Grade | null)[]): Grade | null {
  const known = grades.filter((grade) => grade !== null)
  return known.toSorted((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0] ?? null
}
