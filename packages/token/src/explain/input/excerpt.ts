/** Text taken out of the input, which still knows where each character came from. */
export interface Excerpt {
  readonly text: string
  /**
   * Where the text begins, when its characters stand side by side in the input; otherwise where
   * each of them does, and behind the last the end.
   */
  readonly origin: number | Uint32Array
}

/** The place in the input of the character at `index`; of the end, for the length of the text. */
export function originOf({ origin }: Excerpt, index: number): number {
  return typeof origin === 'number' ? origin + index : (origin[index] ?? 0)
}

export function sliceExcerpt(excerpt: Excerpt, start: number, end = excerpt.text.length): Excerpt {
  const text = excerpt.text.slice(start, end)
  const { origin } = excerpt
  if (typeof origin === 'number') return { text, origin: origin + start }
  return { text, origin: origin.slice(start, end + 1) }
}

/** Without the whitespace around it. */
export function trimExcerpt(excerpt: Excerpt): Excerpt {
  const { text } = excerpt
  const start = text.length - text.trimStart().length
  return sliceExcerpt(excerpt, start, Math.max(start, text.trimEnd().length))
}

/** A text put together from an excerpt's characters, each with the place it came from. */
export interface ExcerptBuilder {
  /** One character, and how many of the excerpt at `index` it stands for. */
  add(character: string, index: number, length?: number): void
  build(): Excerpt
}

export function createExcerptBuilder(excerpt: Excerpt): ExcerptBuilder {
  const characters: string[] = []
  const origins: number[] = []
  let end = originOf(excerpt, 0)
  return {
    add(character, index, length = 1) {
      origins.push(originOf(excerpt, index))
      characters.push(character)
      end = originOf(excerpt, index + length)
    },
    build: () => ({ text: characters.join(''), origin: Uint32Array.from([...origins, end]) }),
  }
}
