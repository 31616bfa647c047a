import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openTempFolder } from '@signet/testkit'

/** A file system of its own that can be filled up. */
export interface SmallDisk extends AsyncDisposable {
  readonly path: string
  fill(): void
  free(): void
}

const PAGE = Buffer.alloc(4_096)

/** Linux, and only for who may mount. */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const folder = await openTempFolder()
  const { path } = folder
  try {
    run('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', path])
  } catch (error) {
    await folder[Symbol.asyncDispose]()
    throw error
  }
  const filler = join(path, 'filler')
  return {
    path,
    fill() {
      const file = openSync(filler, 'a')
      try {
        // What others free while this runs is taken too.
        while (statfsSync(path).bavail > 0) writeSync(file, PAGE)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      } finally {
        closeSync(file)
      }
    },
    free: () => rmSync(filler),
    async [Symbol.asyncDispose]() {
      // Lazily: whoever still has a file open there ends later.
      run('umount', ['--lazy', path])
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** Null where a disk can be mounted, otherwise why not. */
export async function whyNoSmallDisk(): Promise<string | null> {
  try {
    await using disk = await mountSmallDisk(1)
    disk.fill()
    return null
  } catch (error) {
    return `no disk of its own can be mounted here (${(error as Error).message.trim()})`
  }
}

function run(command: string, args: string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`)
}
