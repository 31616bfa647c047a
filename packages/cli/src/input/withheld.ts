import { printableLines } from '../output/messages.ts'

/**
 * A complaint of Commander's about what was typed, without what may be secret in it: values of
 * options, and every word that is as long as a token or a secret.
 */
export function withheld(complaint: string): string {
  const bare = complaint
    .replace(/^error: /, 'signet: ')
    .replace(/ argument '.*' is invalid/s, ': the value will not do')
    .replace(/(unknown option '--[\w-]+)=.*'/s, "$1=…'")
    .replace(/[^\s'`"]{32,}/g, '…')
  return printableLines(bare)
}
