// Any validator that speaks Standard Schema (standardschema.dev, version 1): Zod, Valibot,
// ArkType and others. Only the part of the interface that is used here.
import { TokenError } from '../errors.ts'

export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema makes of claims: the type of verified claims when one is given. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']

export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Partial<StandardSchema>)['~standard']
  return standard?.version === 1 && typeof standard.validate === 'function'
}

/**
 * @throws TokenError `claims_refused`
 * @throws TypeError when the schema is asynchronous: `createAsyncVerifier` takes those.
 */
export function validateClaims(schema: StandardSchema, claims: object): object {
  const result = schema['~standard'].validate(claims)
  if (result instanceof Promise) {
    throw new TypeError('verify: this schema is asynchronous, use createAsyncVerifier')
  }
  return outputOf(result)
}

/** @throws TokenError `claims_refused` */
export async function validateClaimsAsync(schema: StandardSchema, claims: object): Promise<object> {
  return outputOf(await schema['~standard'].validate(claims))
}

function outputOf(result: SchemaResult<unknown>): object {
  if (result.issues !== undefined) throw refusal(result.issues)
  if (typeof result.value !== 'object' || result.value === null) {
    throw new TypeError('verify: the schema made something else than an object of the claims')
  }
  return result.value
}

// A validator's message may quote a value; the name of the claim is all that is passed on.
function refusal(issues: readonly SchemaIssue[]): TokenError {
  const first = issues[0]?.path?.[0]
  const claim = typeof first === 'object' ? first.key : first
  if (typeof claim !== 'string' || !/^[\w.:/-]{1,64}$/.test(claim)) {
    return new TokenError('claims_refused')
  }
  return new TokenError('claims_refused', { claim })
}
