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
  /** `index` is where in the excerpt the character, or the first of what it stands for, is. */
  add(character: string, index: number): void
  /** `end` is where in the excerpt the last character's source ends. */
  build(end: number): Excerpt
}

export function createExcerptBuilder(excerpt: Excerpt): ExcerptBuilder {
  const characters: string[] = []
  const origins: number[] = []
  return {
    add(character, index) {
      const origin = originOf(excerpt, index)
      for (let unit = 0; unit < character.length; unit++) origins.push(origin)
      characters.push(character)
    },
    build(end) {
      return {
        text: characters.join(''),
        origin: Uint32Array.from([...origins, originOf(excerpt, end)]),
      }
    },
  }
}
