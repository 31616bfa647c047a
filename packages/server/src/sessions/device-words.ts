import Bowser from 'bowser'

/**
 * What a person would call the device behind a user agent: "Firefox on Windows", "Safari on iPhone",
 * "curl". What a program says of itself is a hint for its owner, never evidence.
 */
export function describeUserAgent(userAgent: string | null): string {
  if (userAgent === null) return 'Unknown device'
  const { browser, os, platform } = Bowser.parse(userAgent)
  const system = platform.model ?? os.name
  const program = browser.name || userAgent.split(/[\s/;(]/, 1)[0]
  const words = [program, system].filter((word) => word !== undefined && word !== '')
  return words.length === 0 ? 'Unknown device' : words.join(' on ').slice(0, 80)
}
