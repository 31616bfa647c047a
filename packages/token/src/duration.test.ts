import { describe, expect, it } from 'vitest'
import { parseDuration } from './duration.ts'

describe('parseDuration', () => {
  it.each([
    ['0s', 0],
    ['10s', 10],
    ['15m', 900],
    ['1h', 3600],
    ['7d', 604_800],
    ['36525d', 3_155_760_000],
    [0, 0],
    [90, 90],
  ] as const)('reads %j as %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each([
    '',
    '15',
    'm',
    '15 m',
    ' 15m',
    '15m ',
    '15M',
    '015m',
    '-15m',
    '+15m',
    '1.5h',
    '1,5h',
    '1h30m',
    '1 month',
    '1w',
    'P1D',
    '36526d',
    '１５m',
    '15m\n',
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    null,
    undefined,
    true,
    {},
    ['15m'],
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text as string)).toThrow(TypeError)
  })
})
