import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** The processes whose parent is `pid`, by what /proc says now. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid)
}

/** The child of this process that works in a folder: an authority of the test kit has its own. */
export function childIn(folder: string): number {
  const found = childrenOf(process.pid).find((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`) === folder
    } catch {
      // It ended meanwhile.
      return false
    }
  })
  if (found === undefined) throw new Error(`no process works in ${folder}`)
  return found
}

function parentOf(pid: number): number | null {
  try {
    // proc(5): the name is in parentheses and may hold anything; state and parent follow it.
    const [, parent] =
      readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return Number(parent)
  } catch {
    // It ended meanwhile.
    return null
  }
}
