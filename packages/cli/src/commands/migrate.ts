import { Command } from 'commander'
import { jsonOption } from '../input/options.ts'
import { withManual } from '../manual.ts'
import { printableJson, writeNote } from '../output/messages.ts'

interface Options {
  readonly plan?: true
  readonly json?: true
}

export function migrateCommand(): Command {
  const command = new Command('migrate')
    .description('bring the database to this version; an authority does the same when it starts')
    .option('--plan', 'only say what would be done')
    .addOption(jsonOption())
    .action(run)
  return withManual(command, {
    examples: ['signet migrate --plan', 'signet migrate'],
    notes: [
      'An SQLite file of an older version is copied first, to a file beside it. Of a PostgreSQL database take a backup before.',
    ],
  })
}

async function run({ plan, json }: Options): Promise<void> {
  const { readConfig, migrateDatabase, planDatabase } = await import('@signet/server')
  const config = readConfig('development')
  if (plan) {
    const planned = await planDatabase(config)
    const steps = planned.pending.map((name) => `  ${name}\n`).join('')
    process.stdout.write(json ? `${printableJson(planned)}\n` : `${versions(planned)}\n${steps}`)
    return
  }
  const upgrade = await migrateDatabase(config)
  process.stdout.write(`${json ? printableJson(upgrade) : versions(upgrade)}\n`)
  if (upgrade.copy !== null) writeNote(`the database as it was before is kept in ${upgrade.copy}`)
}

function versions({ from, to }: { from: number; to: number }): string {
  return from === to ? `version ${to}: nothing to do` : `version ${from} -> ${to}`
}
