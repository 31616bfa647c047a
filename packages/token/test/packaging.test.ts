import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import * as T from '@signet/token'
import * as E from '@signet/token/explain'
import { expect, it } from 'vitest'

const folder = fileURLToPath(new URL('..', import.meta.url))
const manifest = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'))

it('ships nothing but itself', () => {
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('peerDependencies')
  expect(manifest).not.toHaveProperty('scripts')
})

it('is one copy in one process, imported and required', () => {
  const program = `
    const required = require('@signet/token')
    import('@signet/token').then(async (imported) => {
      const key = await imported.generateKey('ES256')
      const token = required.sign({}, key, { expiresIn: 60, issuer: 'i', audience: 'a' })
      const { claims } = imported.verify(token, required.publicKey(key), { issuer: 'i', audience: 'a' })
      process.stdout.write([imported.TokenError === required.TokenError, claims.iss].join())
    })`
  const output = execFileSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' })
  expect(output).toBe('true,i')
})

it('has a CommonJS build with the same exports, for those who load nothing else', async () => {
  const cjs: typeof T = createRequire(import.meta.url)('../cjs/index.js')
  expect(Object.keys(cjs).sort()).toEqual(Object.keys(T).sort())
  const key = await cjs.generateKey('RS256')
  const token = cjs.sign({ sub: 'u1' }, key, { expiresIn: 60 })
  expect(cjs.verify(token, key, { issuer: null, audience: null }).claims.sub).toBe('u1')
})

it('has a second door, imported and required, in both builds', () => {
  const program = `
    const required = require('@signet/token/explain')
    import('@signet/token/explain').then((imported) => {
      const names = [Object.keys(imported).sort().join(), Object.keys(required).sort().join()]
      process.stdout.write([names[0] === names[1], imported.explain === required.explain, imported.explain('x.y').version].join())
    })`
  const output = execFileSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' })
  expect(output).toBe('true,true,1')
  const cjs: typeof E = createRequire(import.meta.url)('../cjs/explain/index.js')
  expect(Object.keys(cjs).sort()).toEqual(Object.keys(E).sort())
  for (const condition of ['module-sync', 'import', 'require']) {
    for (const file of Object.values<string>(manifest.exports['./explain'][condition])) {
      expect(existsSync(`${folder}${file}`), file).toBe(true)
    }
  }
})

it('prints no warning when it is required', () => {
  const output = execFileSync(process.execPath, ['-e', "require('@signet/token')"], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect(output).toBe('')
})

it('passes publint', async () => {
  const { publint } = await import('publint')
  const { messages } = await publint({ pkgDir: folder, strict: true })
  expect(messages).toEqual([])
}, 60_000)
