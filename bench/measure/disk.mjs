import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { median } from './rounds.mjs'

const BLOCK = Buffer.alloc(4096, 1)
const BLOCKS = 100
const ROUNDS = 3

/**
 * Milliseconds until a block of 4 KiB is on disk, over a file that has its length already, as a
 * write-ahead log has: median and middle of the slowest tenth.
 */
export function measureSync(folder) {
  const path = join(folder, 'sync-probe')
  const file = openSync(path, 'w')
  try {
    const times = []
    for (let index = 0; index < BLOCKS * (ROUNDS + 1); index++) {
      writeSync(file, BLOCK, 0, BLOCK.length, (index % BLOCKS) * BLOCK.length)
      const started = performance.now()
      fdatasyncSync(file)
      // The first time over, the file grows.
      if (index >= BLOCKS) times.push(performance.now() - started)
    }
    times.sort((a, b) => a - b)
    return { medianMs: median(times), slowMs: times[Math.floor(times.length * 0.95)] }
  } finally {
    closeSync(file)
    rmSync(path)
  }
}
