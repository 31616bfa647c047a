import { createExcerptBuilder, type Excerpt } from './excerpt.ts'

/** A token that mail or a terminal broke into lines, with the spaces around the breaks. */
export function joinLines(excerpt: Excerpt): { joined: Excerpt; hadLines: boolean } {
  const { text } = excerpt
  if (!/[\r\n]/.test(text)) return { joined: excerpt, hadLines: false }
  const builder = createExcerptBuilder(excerpt)
  for (let at = 0; at < text.length; ) {
    const end = spaceEnd(text, at)
    if (end > at && /[\r\n]/.test(text.slice(at, end))) {
      at = end
    } else {
      for (const until = Math.max(end, at + 1); at < until; at++) builder.add(text.charAt(at), at)
    }
  }
  return { joined: builder.build(), hadLines: true }
}

function spaceEnd(text: string, start: number): number {
  let end = start
  while (end < text.length && ' \t\r\n'.includes(text.charAt(end))) end++
  return end
}
