import { expect, test } from 'vitest'
import { type Line, readLines } from './import-lines.ts'
import { RowRefusal } from './row-refusal.ts'

async function linesOf(pieces: readonly (string | Uint8Array)[]): Promise<[number, string][]> {
  async function* source() {
    for (const piece of pieces) yield Buffer.from(piece)
  }
  const lines: Line[] = []
  for await (const line of readLines(source())) lines.push(line)
  return lines.map(({ number, content }) => [
    number,
    content instanceof RowRefusal ? content.code : content,
  ])
}

/** One text in pieces of one byte, of three, and whole. */
function cuts(bytes: Buffer): Buffer[][] {
  return [1, 3, bytes.length].map((size) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  )
}

test('lines are numbered as an editor does, wherever the source is cut', async () => {
  const text = Buffer.from('eins\r\nzw\u00f6i\n\n   \ndrei \u{1f600}\n\nvier')
  for (const pieces of cuts(text)) {
    expect(await linesOf(pieces)).toEqual([
      [1, 'eins'],
      [2, 'zw\u00f6i'],
      [5, 'drei \u{1f600}'],
      [7, 'vier'],
    ])
  }
})

test('nothing at all has no lines', async () => {
  expect(await linesOf([])).toEqual([])
  expect(await linesOf([''])).toEqual([])
  expect(await linesOf(['\n\n'])).toEqual([])
})

test('a line of 64 KiB is read, a longer one passed over, and the next is in order', async () => {
  const most = 'a'.repeat(65_536)
  const text = Buffer.from(`${most}\n${most}a\nnext\n${'b'.repeat(300_000)}`)
  for (const pieces of cuts(text).slice(1)) {
    expect(await linesOf(pieces)).toEqual([
      [1, most],
      [2, 'line_too_long'],
      [3, 'next'],
      [4, 'line_too_long'],
    ])
  }
})

test('a file without a single line end does not grow in memory', async () => {
  let held = 0
  async function* endless() {
    const piece = Buffer.alloc(1_048_576, 'a')
    for (let count = 0; count < 200; count += 1) {
      yield piece
      held = Math.max(held, process.memoryUsage().arrayBuffers)
    }
  }
  const before = process.memoryUsage().arrayBuffers
  const lines: Line[] = []
  for await (const line of readLines(endless())) lines.push(line)
  expect(lines).toHaveLength(1)
  expect(held - before).toBeLessThan(50 * 1_048_576)
})

test('what is no UTF-8 is refused by its line, and so is a byte order mark', async () => {
  const latin1 = Buffer.from('{"name":"J\u00f6rg"}\n', 'latin1')
  expect(await linesOf([latin1, 'fine\n', latin1])).toEqual([
    [1, 'not_utf8'],
    [2, 'fine'],
    [3, 'not_utf8'],
  ])
  expect(await linesOf(['\ufeff{}\n{}\n'])).toEqual([
    [1, 'byte_order_mark'],
    [2, '{}'],
  ])
  const utf16 = Buffer.from('\ufeff{}\n', 'utf16le')
  expect((await linesOf([utf16]))[0]).toEqual([1, 'not_utf8'])
})
