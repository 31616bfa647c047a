// Compiling the schemas of all routes is a seventh of a start, and nobody asks for any of them yet:
// the first request of a route compiles its own.
import { AjvCompiler } from '@fastify/ajv-compiler'

type Build = ReturnType<typeof AjvCompiler>
type Compile = ReturnType<Build>
type Validate = ReturnType<Compile>

/** What Fastify builds its validators by. */
export function createLazyValidators(): Build {
  const build = AjvCompiler()
  return (externalSchemas, options) => {
    let compile: Compile | null = null
    return (route) =>
      createLazyValidator(() => {
        compile ??= build(externalSchemas, options)
        return compile(route)
      })
  }
}

function createLazyValidator(compile: () => Validate): Validate {
  let validate: Validate | null = null
  const lazy = (data: unknown) => {
    validate ??= compile()
    const isValid = validate(data)
    lazy.errors = validate.errors ?? null
    return isValid
  }
  lazy.errors = null as Validate['errors']
  return lazy as Validate
}
