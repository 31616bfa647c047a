import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const GUIDES = fileURLToPath(new URL('../../../docs/guides/', import.meta.url))

/** The fenced blocks of a guide that are written in `language`. */
export function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(`${GUIDES}${page}.md`, 'utf8')
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  return [...blocks].map(([, code = '']) => code)
}
