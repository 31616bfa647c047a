// How the demo speaks: numbered steps, what came back, and a failure as soon as one does not hold.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './call.ts'

let count = 0

export function step(title: string): void {
  count += 1
  process.stdout.write(`\n${String(count).padStart(2)}. ${title}\n`)
}

export function said(text: string): void {
  process.stdout.write(`      ${text}\n`)
}

/** Prints an answer, and gives it back if it has the status. @throws Error otherwise */
export function check(answer: Answer, status: number): Answer {
  const { request, body } = answer
  const code = typeof body.code === 'string' ? `  ${body.code}` : ''
  const subject = typeof body.subject === 'string' ? `  ${body.subject}` : ''
  said(`${request.padEnd(24)} ${answer.status}${code}${subject}`)
  if (answer.status !== status) {
    throw new Error(`${request} answered ${answer.status}, not ${status}`)
  }
  return answer
}

/** Asks until the answer is yes and prints how long that took. @throws Error when time is up */
export async function until(
  what: string,
  seconds: number,
  isSo: () => Promise<boolean>,
): Promise<void> {
  const start = performance.now()
  while (performance.now() - start < seconds * 1000) {
    if (await isSo()) {
      said(`${what}: after ${Math.ceil(performance.now() - start)} ms`)
      return
    }
    await sleep(5)
  }
  throw new Error(`${what}: not within ${seconds} s`)
}
