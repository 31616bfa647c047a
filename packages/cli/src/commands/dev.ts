import { relative } from 'node:path'
import type { Config } from '@signet/server'
import { Command } from 'commander'
import { withManual } from '../manual.ts'

export function devCommand(): Command {
  const command = new Command('dev')
    .description('run the authority for development: needs no settings, keeps its data in ./data')
    .action(async () => {
      const { runAuthority } = await import('@signet/server')
      const { config, ended } = await runAuthority('development')
      process.stdout.write(greeting(config))
      await ended
    })
  return withManual(command, {
    examples: [
      'signet dev                          # on http://localhost:3000',
      'SIGNET_PORT=4000 signet dev         # on another port',
      'SIGNET_LOG_LEVEL=info signet dev    # with a line for each request',
    ],
    notes: ['All settings: .env.example'],
  })
}

function greeting({ issuer, database, host, port }: Config): string {
  const isHere = new URL(issuer).port === String(port)
  const data =
    database.kind === 'sqlite' ? relative(process.cwd(), database.path) : database.server.name
  const json = `-H 'content-type: application/json'`
  return `
Signet is listening on ${isHere ? issuer : `http://${host}:${port} as ${issuer}`}
Data: ${data} (development; end it with Ctrl-C)

Try, in another terminal:

  1. sign up
     curl -s ${issuer}/signup ${json} \\
       -d '{"email":"ada@example.com","password":"correct horse battery"}'

  2. log in, and keep the access token
     TOKEN=$(curl -s ${issuer}/login ${json} \\
       -d '{"email":"ada@example.com","password":"correct horse battery"}' |
       node -pe 'JSON.parse(fs.readFileSync(0)).accessToken')

  3. ask who you are
     curl -s ${issuer}/api/profile -H "authorization: Bearer $TOKEN"

`
}
