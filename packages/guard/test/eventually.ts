import { setTimeout as delay } from 'node:timers/promises'

/** Asks again until it is so; for conditions that nothing announces. The test's own limit ends it. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(5)
}
