/** What a command's exit code tells; the same for every command. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  malformed: 3,
  interrupted: 130,
} as const
