import { momentText } from './account-lines.ts'

/** A client as the administration answers it. */
export interface ClientAnswer {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly audiences: readonly string[]
  readonly rights: readonly string[]
  readonly secretChangedAt: number
  readonly hasFormerSecret: boolean
  readonly disabledAt: number | null
  readonly createdAt: number
}

export function clientPath(id: string): string {
  return `/admin/clients/${encodeURIComponent(id)}`
}

export function clientLine({ id, createdAt, name, rights, disabledAt }: ClientAnswer): string {
  const state = disabledAt === null ? '' : '  disabled'
  return `${id}  ${momentText(createdAt)}  ${name}  ${rights.join(' ') || '-'}${state}`
}

/** All of it, a line for each. */
export function clientLines(client: ClientAnswer): string[] {
  const secrets = client.hasFormerSecret ? 'two, the newest since' : 'one, since'
  return [
    clientLine(client),
    `  scopes     ${client.scopes.join(' ') || '-'}`,
    `  audiences  ${client.audiences.join(' ') || '- (it gets no tokens)'}`,
    `  secrets    ${secrets} ${momentText(client.secretChangedAt)}`,
  ]
}
