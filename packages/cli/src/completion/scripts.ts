// Completion scripts hold the whole command tree as tables: a shell that completes starts no Node.
import type { Place } from './places.ts'

export const SHELLS = ['bash', 'zsh', 'fish'] as const

export type Shell = (typeof SHELLS)[number]

export function createCompletionScript(places: readonly Place[], shell: Shell): string {
  if (shell === 'fish') return fishScript(places)
  return shell === 'bash' ? bashScript(places) : zshScript(places)
}

function bashScript(places: readonly Place[]): string {
  return `# Completion of signet in bash, made by: signet completion bash
_signet() {
  local place=signet word found='' previous=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${findPlace(places)}
  done
${findWords(places)}
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _signet signet
`
}

// In zsh, "path" and "words" are taken.
function zshScript(places: readonly Place[]): string {
  return `#compdef signet
# Completion of signet in zsh, made by: signet completion zsh
_signet() {
  local place=signet word found='' previous=\${words[CURRENT-1]}
  for word in "\${(@)words[2,CURRENT-1]}"; do
${findPlace(places)}
  done
${findWords(places)}
  compadd -- \${=found} || _files
}
compdef _signet signet
`
}

/** For bash and zsh alike: words that lead on in the tree move the place. */
function findPlace(places: readonly Place[]): string {
  const known = places
    .slice(1)
    .map(({ words }) => `      '${words}'`)
    .join(' |\\\n')
  return `    case "$place $word" in\n${known})\n        place="$place $word" ;;\n    esac`
}

/** For bash and zsh alike: nothing is found where a file may stand, and the shell offers files. */
function findWords(places: readonly Place[]): string {
  const values = places.flatMap(({ words, options }) =>
    options.flatMap(({ name, takesValue, choices }) =>
      takesValue ? [`    '${words} ${name}') found='${choices.join(' ')}' ;;`] : [],
    ),
  )
  const rest = places.map((place) => `      '${place.words}') found='${wordsAt(place)}' ;;`)
  return `  case "$place $previous" in
${values.join('\n')}
    *) case "$place" in
${rest.join('\n')}
    esac ;;
  esac`
}

function wordsAt({ commands, options, argument }: Place): string {
  const names = commands.map(({ name }) => name)
  return [
    ...names,
    ...(argument?.choices ?? []),
    ...options.map(({ name }) => name),
    '--help',
  ].join(' ')
}

function fishScript(places: readonly Place[]): string {
  const known = places
    .slice(1)
    .map(({ words }) => `'${words}'`)
    .join(' ')
  return `# Completion of signet in fish, made by: signet completion fish
function __signet_at
    set -l place
    for word in (commandline -opc)
        if test -z "$place"
            set place signet
        else if contains -- "$place $word" ${known}
            set place "$place $word"
        end
    end
    test "$place" = "$argv[1]"
end
complete -c signet -f
${places.flatMap(fishLines).join('\n')}
`
}

function fishLines({ words, commands, options, argument }: Place): string[] {
  const at = `complete -c signet -n '__signet_at "${words}"'`
  const lines = commands.map(({ name, description }) => `${at} -a ${name} -d ${quote(description)}`)
  for (const { name, description, takesValue, choices } of options) {
    const value = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r -F' : ''
    lines.push(`${at} -l ${name.slice(2)}${value} -d ${quote(description)}`)
  }
  if (argument === null) return lines
  const { choices } = argument
  return [...lines, choices.length > 0 ? `${at} -a '${choices.join(' ')}'` : `${at} -F`]
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
