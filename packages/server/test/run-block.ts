import { runScript } from '@signet/testkit'
import { blockAfter } from '../../../test/documents.ts'

/** Runs the commands behind a marker of a page of docs/operations, and answers what they printed. */
export async function runBlock(
  file: string,
  marker: string,
  { folder: cwd, settings }: { folder: string; settings: Record<string, string> },
): Promise<string> {
  const script = blockAfter(`docs/operations/${file}`, `${marker}: a test`)
  return (await runScript({ script, cwd, settings })).stdout
}
