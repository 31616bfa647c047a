/**
 * A misspelt option would silently be the default, and the default of a check may be "off".
 *
 * @throws TypeError naming the first option that is not one.
 */
export function checkOptionNames(
  options: unknown,
  known: ReadonlySet<string>,
  where: string,
): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${where}: options must be an object`)
  }
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new TypeError(`${where}: there is no option "${name}"`)
  }
}
