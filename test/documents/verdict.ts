import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'

/** What providers of models take. */
const TOOL_NAME = /^[A-Za-z][A-Za-z0-9_]{0,47}$/
const PROPERTY_NAME = /^[A-Za-z0-9_.-]{1,64}$/
const COMPOSITION = ['anyOf', 'oneOf', 'allOf', 'not', 'if']
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems']
const MAPS = ['properties', 'patternProperties', '$defs', 'dependentSchemas']
const SINGLE = ['items', 'additionalProperties', 'not', 'contains', 'propertyNames', 'if', 'then']

/** A tool as any generator makes it. */
export interface JudgedTool {
  readonly name: string
  readonly inputSchema: unknown
}

/** What clients would refuse in the tools of a document: one line for each tool and kind of fault. */
export function faultsOf(tools: readonly JudgedTool[]): readonly string[] {
  const seen = new Set<string>()
  return tools.flatMap(({ name, inputSchema }) => {
    const repeated = seen.has(name) ? ['name: given twice'] : []
    seen.add(name)
    const named = TOOL_NAME.test(name) ? [] : ['name: not accepted by all clients']
    const faults = [...repeated, ...named, ...schemaFaults(inputSchema)]
    return faults.map((fault) => `${name}: ${fault}`)
  })
}

function schemaFaults(schema: unknown): readonly string[] {
  if (!isObject(schema) || schema['type'] !== 'object') return ['schema: no object at the top']
  const top = COMPOSITION.filter((key) => key in schema)
  const inside = new Set<string>()
  try {
    walk(schema, inside)
  } catch {
    return ['schema: without end']
  }
  return [
    ...(top.length === 0 ? [] : ['schema: composition at the top']),
    ...inside,
    ...(compiles(schema) ? [] : ['schema: does not compile']),
  ]
}

function walk(schema: unknown, faults: Set<string>): void {
  if (!isObject(schema)) return
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$ref') faults.add('schema: $ref')
    if (key.startsWith('x-')) faults.add('schema: x-')
    if (SINGLE.includes(key)) walk(value, faults)
    if (LISTS.includes(key) && Array.isArray(value))
      value.forEach((one) => {
        walk(one, faults)
      })
    if (MAPS.includes(key) && isObject(value)) {
      for (const [name, property] of Object.entries(value)) {
        if (key === 'properties' && !PROPERTY_NAME.test(name)) faults.add('schema: property name')
        walk(property, faults)
      }
    }
  }
}

/** As the SDK's servers and clients compile schemas. It prints a line for each unknown format: that is silenced by the caller. */
function compiles(schema: object): boolean {
  try {
    new AjvJsonSchemaValidator().getValidator(schema)
    return true
  } catch {
    return false
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
