#!/usr/bin/env node
// In a tree that setup made ready the whole command lies bundled, which starts in half the time.
// Where anything was built or installed since, and where it was installed as a package, the files
// that were built run.
import { statSync } from 'node:fs'

const timeOf = (path) =>
  statSync(new URL(path, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0

const bundled = timeOf('../bundle/main.js')
const inputs = ['cli', 'guard', 'server', 'token'].map((name) => `../../${name}/dist/.tsbuildinfo`)
const isCurrent = bundled > Math.max(...[...inputs, '../../../package-lock.json'].map(timeOf))

await import(isCurrent ? '../bundle/main.js' : '../dist/main.js')
