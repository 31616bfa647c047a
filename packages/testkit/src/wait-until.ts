import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Asks until the answer is yes. For what happens in another process; says what it waited for when
 * it gives up.
 */
export async function waitUntil(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (performance.now() < deadline) {
    if (await isSo()) return
    await sleep(20)
  }
  throw new Error(`waited ${timeoutMs} ms in vain until ${what}`)
}
