import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'
import type { OpenApiReading, ReadOpenApiOptions } from '../../../src/openapi/reading.js'

const require = createRequire(import.meta.url)
/** The real documents of `@readme/oas-examples`. */
export const EXAMPLES = dirname(require.resolve('@readme/oas-examples/package.json'))
/** Those of `@scalar/galaxy`, whose `exports` hide them. */
export const GALAXY = join(EXAMPLES, '../../@scalar/galaxy/dist')

export function readFile(path: string, options: Partial<ReadOpenApiOptions> = {}): OpenApiReading {
  return readOpenApi(readFileSync(path), { name: path.split('/').at(-1) ?? '', ...options })
}

/** A document of one operation, `GET /things`, with what is given; as an object. */
export function documentWith(
  operation: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: { title: 'Things', version: '1' },
    paths: { '/things': { get: { responses: {}, ...operation } } },
    ...rest,
  }
}

/** `GET /things`, and the alternatives of scopes that it has. */
export function alternativesOf(reading: OpenApiReading): Record<string, readonly string[][]> {
  return Object.fromEntries(
    reading.operations.map(({ method, path, security }) => [
      `${method} ${path}`,
      security.alternatives.map(({ api }) => [...api]),
    ]),
  )
}

/** Code, line and message of each fault. */
export function told(reading: OpenApiReading): readonly string[] {
  return reading.faults.map(({ code, line, message }) => `${code} ${line ?? '-'}: ${message}`)
}

/** Of a document with these paths, whose operations need a sign-in only. */
export function readPaths(
  paths: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): OpenApiReading {
  const document = { openapi: '3.1.0', security: [], paths, ...rest }
  return readOpenApi(JSON.stringify(document, null, 1), { name: 'api.json' })
}

/** Of a path parameter. */
export const ID = { name: 'id', in: 'path', schema: { type: 'string' } }

/** Why each operation is left out. */
export function reasonsOf({ excluded }: OpenApiReading): readonly string[] {
  return excluded.map(({ code, reason }) => `${code}: ${reason}`)
}
