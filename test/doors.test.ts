import { execFile } from 'node:child_process'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openTempFolder } from '@signet/testkit'
import { expect, test } from 'vitest'

// Each line breaks one door between rooms; the lint rules of biome.json must see every one of them
// and nothing in the allowed ones.
const REFUSED = [
  ['packages/token/src/planted-1.ts', 'fastify'],
  ['packages/token/src/jwt/planted-2.ts', '@signet/guard'],
  ['packages/token/src/explain/planted-22.ts', 'node:crypto'],
  ['packages/guard/src/planted-3.ts', 'express'],
  ['packages/guard/src/planted-4.ts', '@signet/server'],
  ['packages/guard/src/adapters/planted-5.ts', 'kysely'],
  ['packages/guard/src/protocol/planted-6.ts', '../guard.ts'],
  ['packages/server/src/planted-7.ts', 'kysely'],
  ['packages/server/src/planted-8.ts', '@signet/token/dist/index.js'],
  ['packages/server/src/planted-9.ts', '@signet/cli'],
  ['packages/server/src/planted-10.ts', 'node:process'],
  ['packages/server/src/routes/planted-11.ts', '../sessions/session-store.ts'],
  ['packages/server/src/routes/planted-12.ts', '../db/database.ts'],
  ['packages/server/src/sessions/planted-13.ts', '../accounts/account-store.ts'],
  ['packages/server/src/sessions/planted-14.ts', '../http/http-server.ts'],
  ['packages/server/src/sessions/planted-15.ts', '../routes/login.ts'],
  ['packages/server/src/sessions/planted-store.ts', '../accounts/account-store.ts'],
  ['packages/server/src/planted-20.ts', './sessions/session-store.ts'],
  ['packages/server/src/http/planted-21.ts', '../db/errors.ts'],
  ['packages/server/src/accounts/planted-16.ts', 'kysely'],
  ['packages/server/src/audit/planted-23.ts', '../sessions/session-store.ts'],
  ['packages/server/src/limits/planted-24.ts', 'fastify'],
  ['packages/server/src/clients/planted-25.ts', '../revocation/revocation-store.ts'],
  ['packages/server/src/clients/planted-26.ts', 'fastify'],
  ['packages/server/src/db/planted-27.ts', '../clients/client.ts'],
  ['packages/server/src/db/planted-17.ts', '../sessions/sessions.ts'],
  ['packages/server/src/db/planted-22.ts', '../backup/backup.ts'],
  ['packages/server/src/backup/planted-23.ts', '../sessions/session-store.ts'],
  ['packages/server/src/config/planted-24.ts', '../backup/backup.ts'],
  ['packages/server/src/inspection/planted-28.ts', '../sessions/session-store.ts'],
  ['packages/server/src/inspection/planted-29.ts', '../http/tls-files.ts'],
  ['packages/server/src/config/planted-18.ts', '../db/database.ts'],
  ['packages/cli/src/planted-19.ts', 'kysely'],
] as const

const ALLOWED = [
  ['packages/token/src/open-1.ts', 'node:crypto'],
  ['packages/token/src/jwt/open-2.ts', '../errors.ts'],
  ['packages/guard/src/open-3.ts', '@signet/token'],
  ['packages/guard/src/adapters/open-4.ts', 'express'],
  ['packages/server/src/open-5.ts', 'fastify'],
  ['packages/server/src/routes/open-6.ts', '../sessions/sessions.ts'],
  ['packages/server/src/sessions/open-7.ts', './session-store.ts'],
  ['packages/server/src/sessions/open-8.ts', '../accounts/accounts.ts'],
  ['packages/server/src/sessions/open-store.ts', 'kysely'],
  ['packages/server/src/db/open-9.ts', 'kysely'],
  ['packages/cli/src/open-10.ts', '@signet/server'],
] as const

const GLOBALS = [
  ['packages/server/src/sessions/global-1.ts', true],
  ['packages/guard/src/global-2.ts', true],
  ['packages/guard/src/environment.ts', false],
  ['packages/server/src/main.ts', false],
] as const

test('every door between rooms is closed by lint', { timeout: 60_000 }, async () => {
  await using folder = await openTempFolder()
  const plant = async (path: string, source: string) => {
    await mkdir(join(folder.path, dirname(path)), { recursive: true })
    await writeFile(join(folder.path, path), source)
  }
  for (const [path, from] of [...REFUSED, ...ALLOWED]) {
    await plant(path, `import { thing } from '${from}'\n\nthing()\n`)
  }
  for (const [path] of GLOBALS) await plant(path, 'export const id = process.pid\n')
  await copyFile('biome.json', join(folder.path, 'biome.json'))
  await writeFile(join(folder.path, '.gitignore'), 'node_modules\n')
  await symlink(resolve('node_modules'), join(folder.path, 'node_modules'))

  const report = await lint(folder.path)
  const flagged = (path: string) => report.includes(path)
  for (const [path, from] of REFUSED) {
    expect(flagged(path), `${path} may not import ${from}`).toBe(true)
  }
  for (const [path, from] of ALLOWED) {
    expect(flagged(path), `${path} may import ${from}`).toBe(false)
  }
  for (const [path, isRefused] of GLOBALS) expect(flagged(path), path).toBe(isRefused)
})

function lint(folder: string): Promise<string> {
  const biome = resolve('node_modules/@biomejs/biome/bin/biome')
  const rules = ['--only=style/noRestrictedImports', '--only=style/noRestrictedGlobals']
  return new Promise((done) => {
    execFile(
      process.execPath,
      [biome, 'lint', '--reporter=github', '--max-diagnostics=none', ...rules, '.'],
      { cwd: folder },
      (_error, stdout, stderr) => done(stdout + stderr),
    )
  })
}
