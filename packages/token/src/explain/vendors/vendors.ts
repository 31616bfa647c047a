import type { Vendor } from '../explanation.ts'
import type { JsonObject } from '../read/token.ts'
import { COGNITO } from './amazon.ts'
import { AUTH0 } from './auth0.ts'
import { CLERK } from './clerk.ts'
import { ENTRA } from './entra.ts'
import { FIREBASE, GOOGLE } from './google.ts'
import { KEYCLOAK } from './keycloak.ts'
import { SIGNET } from './signet.ts'
import { SUPABASE } from './supabase.ts'
import type { VendorTable } from './vendor.ts'

const VENDORS: readonly VendorTable[] = [
  SIGNET,
  ENTRA,
  COGNITO,
  FIREBASE,
  GOOGLE,
  SUPABASE,
  KEYCLOAK,
  CLERK,
  AUTH0,
]

interface Recognised {
  readonly vendor: Vendor
  readonly table: VendorTable
}

/** The issuer's name outweighs claims, which anybody may use. */
export function findVendor(claims: JsonObject): Recognised | null {
  const all = VENDORS.flatMap((table) => {
    const by = table.recognise(claims)
    return by === null ? [] : [{ vendor: { name: table.name, by }, table }]
  })
  return all.find(({ vendor }) => vendor.by === 'iss') ?? all[0] ?? null
}
