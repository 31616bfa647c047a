/** Collects what is wrong with options, so that all of it is said at once. */
export interface OptionProblems {
  add(problem: string): void
  /** Notes every member that is not among the known names: a typo would silently be the default. */
  checkNames(options: object, names: ReadonlySet<string>, where: string): void
  checkRange(value: unknown, range: { name: string; min: number; max: number }): void
  /** @throws TypeError listing all problems, if there are any */
  throwIfAny(where: string): void
}

export function createOptionProblems(): OptionProblems {
  const problems: string[] = []
  return {
    add(problem) {
      problems.push(problem)
    },
    checkNames(options, names, where) {
      for (const name of Object.keys(options)) {
        if (!names.has(name)) problems.push(`there is no option ${where}${name}`)
      }
    },
    checkRange(value, { name, min, max }) {
      if (typeof value !== 'number' || !(value >= min && value <= max)) {
        problems.push(`${name} must be a number from ${min} to ${max}`)
      }
    },
    throwIfAny(where) {
      if (problems.length > 0) throw new TypeError(`${where}: ${problems.join('; ')}`)
    },
  }
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
