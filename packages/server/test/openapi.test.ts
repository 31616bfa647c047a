import { readFile } from 'node:fs/promises'
import { startAuthority } from '@signet/testkit'
import { expect, test } from 'vitest'

interface Description {
  openapi: string
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
}

interface Operation {
  summary?: string
  security?: unknown[]
  requestBody?: { content: Record<string, { schema: { additionalProperties?: boolean } }> }
  parameters?: { name: string; in: string }[]
  responses: Record<string, { content?: Record<string, unknown> }>
}

test('the description holds every call of the reference, each in words and as strict as it is', async () => {
  await using authority = await startAuthority()
  const { body, headers } = await authority.client.call<Description>('/openapi.json')
  expect(headers.get('content-type')).toMatch(/^application\/json/)
  expect(body.openapi).toBe('3.1.0')
  expect(body.servers).toEqual([{ url: authority.config.issuer }])
  const described: string[] = []
  for (const [path, operations] of Object.entries(body.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const name = `${method.toUpperCase()} ${path}`
      described.push(name)
      expect(operation.summary, name).toMatch(/^[A-Z].{5,}$/)
      const [, room] = /^\/(admin|api|oauth)\//.exec(path) ?? []
      const isOauth = room === 'oauth'
      expect(operation.responses['default']?.content, name).toHaveProperty([
        isOauth ? 'application/json' : 'application/problem+json',
      ])
      const scheme = isOauth ? 'client' : 'bearer'
      expect(operation.security, name).toEqual(room === undefined ? undefined : [{ [scheme]: [] }])
      const forms = operation.requestBody?.content['application/x-www-form-urlencoded']
      expect(forms !== undefined, name).toBe(isOauth)
      const sent = operation.requestBody?.content['application/json']?.schema
      if (sent !== undefined) expect(sent.additionalProperties, name).toBe(false)
      for (const [, parameter] of path.matchAll(/\{(\w+)\}/g)) {
        expect(operation.parameters, name).toContainEqual(
          expect.objectContaining({ name: parameter, in: 'path', required: true }),
        )
      }
    }
  }
  const reference = await readFile('docs/reference/http.md', 'utf8')
  const documented = [...reference.matchAll(/`(GET|POST|PUT|DELETE) (\/[^`?]*)/g)].map(
    ([, method, path = '']) =>
      `${method} ${path.replace('/ID', '/{id}').replace('/NAME', '/{name}')}`,
  )
  expect(described.sort()).toEqual([...new Set(documented)].sort())
})
