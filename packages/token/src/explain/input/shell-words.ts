// Splits a command as a POSIX shell does, as far as people paste commands: quotes, backslashes,
// lines that go on. Nothing is expanded.
import { createExcerptBuilder, type Excerpt, type ExcerptBuilder } from './excerpt.ts'

interface Splitting {
  readonly excerpt: Excerpt
  readonly words: Excerpt[]
  builder: ExcerptBuilder | null
  at: number
}

export function splitShellWords(excerpt: Excerpt): readonly Excerpt[] {
  const { text } = excerpt
  const state: Splitting = { excerpt, words: [], builder: null, at: 0 }
  while (state.at < text.length) {
    const character = text.charAt(state.at)
    if (' \t\n\r'.includes(character)) {
      finishWord(state)
      state.at++
    } else if (character === "'" || character === '"') {
      readQuoted(state, character)
    } else if (character === '$' && text[state.at + 1] === "'") {
      // $'…' as browsers copy it.
      state.at++
      readQuoted(state, "'")
    } else if (character === '\\') {
      if (text[state.at + 1] === '\n') state.at += 2
      else if (text.startsWith('\r\n', state.at + 1)) state.at += 3
      else addCharacter(state, state.at + 1)
    } else {
      addCharacter(state, state.at)
    }
  }
  finishWord(state)
  return state.words
}

function readQuoted(state: Splitting, quote: string): void {
  const { text } = state.excerpt
  state.builder ??= createExcerptBuilder(state.excerpt)
  for (state.at++; state.at < text.length && text[state.at] !== quote; ) {
    const isEscaped = quote === '"' && text[state.at] === '\\'
    addCharacter(state, isEscaped ? state.at + 1 : state.at)
  }
  state.at++
}

function addCharacter(state: Splitting, index: number): void {
  state.builder ??= createExcerptBuilder(state.excerpt)
  if (index < state.excerpt.text.length) {
    state.builder.add(state.excerpt.text.charAt(index), index)
  }
  state.at = index + 1
}

function finishWord(state: Splitting): void {
  if (state.builder !== null) state.words.push(state.builder.build())
  state.builder = null
}
