// npm run test:mutants: shows that the demo can fail. Each sabotage is done in a copy of this tree,
// which is built and walked; the demo must end with a failure at the step that the sabotage breaks.
import { execFileSync, spawn } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './run.mjs'

/** `changes`: file, exact text that occurs once, what takes its place. */
const MUTANTS = [
  {
    name: 'the guard skips the signature',
    breaks: 'GET /orders answered 200, not 401',
    changes: [
      [
        'packages/guard/src/issuer.ts',
        'const verified = verify(token)',
        'const verified = decode(token) as unknown as ReturnType<typeof verify>',
      ],
    ],
  },
  {
    name: 'the guard ignores the revocation list',
    breaks: 'orders and payments refuse: not within 1 s',
    changes: [
      [
        'packages/guard/src/issuer.ts',
        'isRevoked = revocations.isRevoked(subject)',
        'isRevoked = revocations.isRevoked(subject) && false',
      ],
    ],
  },
  {
    name: 'the authority forgets to log a logout',
    breaks: 'orders and payments refuse: not within 1 s',
    changes: [
      [
        'packages/server/src/sessions/ends.ts',
        'await record(tx, [...ended, ...lost], { reason, by })',
        'await record(tx, [...ended, ...lost].slice(ended.length), { reason, by })',
      ],
    ],
  },
]

const results = await Promise.all(MUTANTS.map(tryMutant))
const survived = results.filter((result) => !result.caught)
for (const { name, caught, output } of results) {
  process.stdout.write(`${caught ? 'caught   ' : 'SURVIVED '} ${name}\n`)
  if (!caught) process.stdout.write(`${output}\n`)
}
process.stdout.write(`\n${results.length - survived.length} passed, ${survived.length} failed\n`)
process.exitCode = survived.length === 0 ? 0 : 1

async function tryMutant({ name, breaks, changes }) {
  const folder = mkdtempSync(join(tmpdir(), 'signet-mutant-'))
  try {
    copyTree(folder)
    for (const change of changes) sabotage(folder, change)
    execFileSync(
      process.execPath,
      [
        `${root}node_modules/typescript/bin/tsc`,
        '-b',
        'examples/demo',
        'examples/orders',
        'examples/payments',
        'packages/cli',
      ],
      { cwd: folder, stdio: 'pipe' },
    )
    const { code, output } = await walk(folder)
    return { name, caught: code === 1 && output.includes(`This did not hold: ${breaks}`), output }
  } catch (error) {
    return { name, caught: false, output: `${error.message}\n${error.stdout ?? ''}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The sources as they are now, with the installed packages linked and our own taken from the copy. */
function copyTree(folder) {
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 },
  )
  for (const file of listed
    .split('\0')
    .filter((path) => /^(packages|examples)\/|^tsconfig/.test(path))) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    try {
      cpSync(join(root, file), join(folder, file))
    } catch (error) {
      // Listed but deleted in the working tree.
      if (error.code !== 'ENOENT') throw error
    }
  }
  mkdirSync(join(folder, 'node_modules/@signet'), { recursive: true })
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    if (entry !== '@signet')
      symlinkSync(join(root, 'node_modules', entry), join(folder, 'node_modules', entry))
  }
  for (const entry of readdirSync(join(folder, 'packages'))) {
    symlinkSync(join(folder, 'packages', entry), join(folder, 'node_modules/@signet', entry))
    // What a package needs in another version than the others.
    const own = join(root, 'packages', entry, 'node_modules')
    if (existsSync(own)) symlinkSync(own, join(folder, 'packages', entry, 'node_modules'))
  }
}

function sabotage(folder, [file, text, replacement]) {
  const path = join(folder, file)
  const source = readFileSync(path, 'utf8')
  if (source.split(text).length !== 2)
    throw new Error(`${file} does not hold exactly once: ${text}`)
  writeFileSync(
    path,
    source.replace(text, () => replacement),
  )
}

function walk(folder) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['examples/demo/dist/demo.js'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}
