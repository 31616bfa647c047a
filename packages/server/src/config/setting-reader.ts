import { parseDuration } from '@signet/token'
import type { Environment } from './env.ts'
import type { SettingName } from './setting-names.ts'

/** Reads single settings and collects what is wrong with them, by name and never by value. */
export interface SettingReader {
  text(name: SettingName): string | null
  integer(name: SettingName, range: { fallback: number; min: number; max: number }): number
  /** A duration such as `15m`, in seconds. */
  seconds(name: SettingName, range: { fallback: string; min: number; max: number }): number
  oneOf<T extends string>(name: SettingName, allowed: readonly T[], fallback: T): T
  problem(text: string): void
}

export function createReader(environment: Environment, problems: string[]): SettingReader {
  const text = (name: SettingName) => environment[name] ?? null
  return {
    text,
    problem: (line) => problems.push(line),

    integer(name, { fallback, min, max }) {
      const given = text(name)
      if (given === null) return fallback
      const value = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
      if (value >= min && value <= max) return value
      problems.push(`${name} must be a whole number from ${min} to ${max}`)
      return fallback
    },

    seconds(name, { fallback, min, max }) {
      const given = text(name)
      if (given !== null) {
        const value = secondsOf(given)
        if (value !== null && value >= min && value <= max) return value
        problems.push(
          `${name} must be a duration such as 10s, 15m, 12h or 7d, from ${min} s to ${max} s`,
        )
      }
      return parseDuration(fallback)
    },

    oneOf(name, allowed, fallback) {
      const given = text(name)
      if (given === null) return fallback
      const found = allowed.find((candidate) => candidate === given)
      if (found !== undefined) return found
      problems.push(`${name} must be one of ${allowed.join(', ')}`)
      return fallback
    },
  }
}

function secondsOf(text: string): number | null {
  try {
    return parseDuration(text)
  } catch {
    // parseDuration explains itself with the value in it; problems must not show values.
    return null
  }
}
