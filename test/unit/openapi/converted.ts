import type { InputSchemaOptions, InputSchemas } from '../../../src/openapi/input-schemas.js'
import { readOpenApi } from '../../../src/openapi/read-openapi.js'

interface Setting extends InputSchemaOptions {
  readonly openapi?: string
  readonly schemas?: Readonly<Record<string, unknown>>
}

/** Converts one schema of a document with the components given. */
export function convertAll(schema: unknown, setting: Setting = {}): InputSchemas {
  const { openapi = '3.1.0', schemas = {}, ...options } = setting
  const content = { 'application/json': { schema } }
  const document = {
    ...{ openapi, security: [], components: { schemas } },
    paths: { '/a': { post: { requestBody: { content } } } },
  }
  const reading = readOpenApi(document, { name: 'api' })
  const source = reading.operations[0]?.requestBody?.content[0]?.schema
  if (reading.document === undefined) throw new Error('the document is unusable')
  return reading.document.toInputSchemas([source], options)
}

/** The converted schema alone. */
export const convert = (schema: unknown, setting?: Setting) =>
  convertAll(schema, setting).schemas[0]?.schema

/** The schema of an object. */
export const objectOf = (properties: unknown, more = {}) => ({
  type: 'object',
  properties,
  ...more,
})
