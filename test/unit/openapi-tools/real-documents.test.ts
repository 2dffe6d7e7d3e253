import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { isToolName } from '../../../src/openapi-tools/names.js'
import { checkedSchema } from '../../../src/openapi-tools/checked-schema.js'
import { Ajv } from '@modelcontextprotocol/server/validators/ajv'
import { documentWith, toolsOf } from './called-tools.js'

const EXAMPLES = fileURLToPath(
  new URL('../../../node_modules/@readme/oas-examples/', import.meta.url),
)

const DOCUMENTS = ['3.0', '3.1'].flatMap((version) =>
  readdirSync(join(EXAMPLES, version, 'json'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(version, 'json', name)),
)

function textOf(path: string): string {
  return readFileSync(join(EXAMPLES, path), 'utf8')
}

function toolsOfText(text: string) {
  return toolsOf(text, { name: 'document', operations: '*', scopesMissing: 'none' })
}

describe('the examples of real documents', () => {
  test.each(DOCUMENTS)('each operation of %s is a tool or is left out with a reason', (path) => {
    const { tools, excluded, report } = toolsOfText(textOf(path))
    expect(report.document.operations).toBe(tools.length + excluded.length)
    for (const { reason, cure, pointer } of excluded) {
      expect([reason, cure, pointer].every((text) => text !== '')).toBe(true)
    }
    const ajv = new Ajv({ strict: false, validateSchema: false, logger: false })
    for (const { name, inputSchema } of report.tools) {
      expect(isToolName(name)).toBe(true)
      expect(JSON.stringify(inputSchema)).not.toMatch(/"\$ref":|"x-mcp-header":/)
      expect(Object.keys(inputSchema)).not.toEqual(expect.arrayContaining(['anyOf', 'oneOf']))
      expect(typeof ajv.compile(checkedSchema(inputSchema))).toBe('function')
    }
  })

  test.each(DOCUMENTS)('[openapi 14] the tools of %s are the same for JSON and YAML', (path) => {
    const withoutLines = (text: string) =>
      JSON.stringify(toolsOfText(text).report, (key, value: unknown) =>
        key === 'line' ? undefined : value,
      )
    const json = textOf(path)
    expect(withoutLines(stringify(JSON.parse(json)))).toBe(withoutLines(json))
  })
})

describe('a document of 300 operations', () => {
  test('is made into tools without compiling a schema, and has the same report each time', () => {
    const schema = {
      type: 'object',
      properties: Object.fromEntries(
        Array.from({ length: 20 }, (_, n) => [`p${n}`, { type: 'string', maxLength: n + 1 }]),
      ),
    }
    const paths = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [
        `/things${n}`,
        {
          post: {
            operationId: `op${n}`,
            requestBody: { content: { 'application/json': { schema } } },
          },
        },
      ]),
    )
    const first = toolsOf(documentWith(paths))
    expect(first.tools).toHaveLength(300)
    expect(first.report.document.scopeSets).toBe(1)
    expect(toolsOf(documentWith(paths)).report).toEqual(first.report)
  })
})
