import type { RawBuilder } from 'kysely'
import type { CreationPlace } from '../creation-place.ts'
import { sql } from './query-builder.ts'

/** Rows behind a place of a list in the order of creation: both columns, in this order. */
export function behindPlace({ createdAt, id }: CreationPlace): RawBuilder<boolean> {
  return sql<boolean>`(created_at, id) > (${createdAt}, ${id})`
}
