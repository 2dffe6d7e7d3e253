import type { ReportedTool } from '../../src/openapi-tools/openapi-tools.js'

/** Whose rules tools can be held against. */
export type TargetName = 'claude' | 'openai' | 'gemini'

/** What a client or provider makes of a tool. */
export interface TargetFinding {
  readonly tool: string
  /** Where in the input schema, as `body.items.price`; empty for the tool as a whole. */
  readonly place: string
  /** `refused`: the tool, or every call with it in the list, fails. `ignored`: it works, and this part has no effect. */
  readonly effect: 'refused' | 'ignored'
  readonly problem: string
}

interface Rules {
  /** What the client adds in front of names, in characters, of the 64 that it allows. */
  readonly prefix: number
  readonly maxTools: number | undefined
  readonly check: (node: Readonly<Record<string, unknown>>) => readonly Problem[]
}

type Problem = readonly [effect: TargetFinding['effect'], problem: string]

const NAME_LIMIT = 64

/** What is known to be refused, by the texts of the providers' errors. */
export const TARGETS: Readonly<Record<TargetName, Rules>> = {
  claude: { prefix: 'mcp__server__'.length, maxTools: undefined, check: () => [] },
  openai: {
    prefix: 'mcp_server_'.length,
    maxTools: 128,
    check: (node) =>
      node['type'] === 'array' && node['items'] === undefined
        ? [['refused', 'a list without "items"']]
        : [],
  },
  gemini: {
    prefix: 'server__'.length,
    maxTools: 512,
    check: (node) => [
      ...(Array.isArray(node['type']) ? [['refused', 'several types at once'] as const] : []),
      ...(['oneOf', 'allOf', 'not', 'if', 'patternProperties'] as const).flatMap((keyword) =>
        node[keyword] === undefined ? [] : [['ignored', `"${keyword}"`] as const],
      ),
      ...(typeof node['format'] === 'string' &&
      node['type'] === 'string' &&
      !['enum', 'date-time'].includes(node['format'])
        ? [['ignored', `the format "${node['format']}"`] as const]
        : []),
    ],
  },
}

/** Holds tools against the rules of a target. */
export function targetFindings(
  tools: readonly ReportedTool[],
  target: TargetName,
): readonly TargetFinding[] {
  const { prefix, maxTools, check } = TARGETS[target]
  const tooMany: readonly TargetFinding[] =
    maxTools === undefined || tools.length <= maxTools
      ? []
      : [
          {
            ...{ tool: '', place: '', effect: 'refused' as const },
            problem: `${tools.length} tools, and it takes ${maxTools}`,
          },
        ]
  return [...tooMany, ...tools.flatMap((tool) => ofTool(tool, prefix, check))]
}

function ofTool({ name, inputSchema }: ReportedTool, prefix: number, check: Rules['check']) {
  const finding = (place: string, [effect, problem]: Problem): TargetFinding => ({
    ...{ tool: name, place, effect, problem },
  })
  const room = NAME_LIMIT - prefix
  const top = ['anyOf', 'oneOf', 'allOf'].filter((keyword) => keyword in inputSchema)
  return [
    ...(/^[A-Za-z0-9_-]+$/.test(name) && name.length <= room
      ? []
      : [finding('', ['refused', `a name that is not 1 to ${room} letters, digits, _ and -`])]),
    ...top.map((keyword) => finding('', ['refused', `"${keyword}" at the top of the schema`])),
    ...nodes(inputSchema, '').flatMap(({ place, node }) =>
      [...everywhere(node), ...check(node)].map((problem) => finding(place, problem)),
    ),
  ]
}

function everywhere(node: Readonly<Record<string, unknown>>): readonly Problem[] {
  const properties = Object.keys(objectOf(node['properties']))
  const odd = properties.filter((name) => !/^[A-Za-z0-9_.-]{1,64}$/.test(name))
  const values = node['enum']
  const doubled =
    Array.isArray(values) && new Set(values.map((one) => JSON.stringify(one))).size < values.length
  return [
    ...(node['$ref'] === undefined ? [] : [['refused', '"$ref"'] as const]),
    ...odd.map((name) => ['refused', `the property name "${name}"`] as const),
    ...(doubled ? [['refused', 'a value twice in "enum"'] as const] : []),
  ]
}

interface Node {
  readonly place: string
  readonly node: Readonly<Record<string, unknown>>
}

/** A schema and all schemas within it. */
function nodes(schema: unknown, place: string): readonly Node[] {
  const node = objectOf(schema)
  const inside = (name: string): string => (place === '' ? name : `${place}.${name}`)
  const lists = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((keyword) => {
    const list = node[keyword]
    return Array.isArray(list) ? list.flatMap((one) => nodes(one, place)) : []
  })
  const single = ['additionalProperties', 'not'].flatMap((keyword) =>
    typeof node[keyword] === 'object' ? nodes(node[keyword], inside('*')) : [],
  )
  return [
    { place, node },
    ...Object.entries(objectOf(node['properties'])).flatMap(([name, one]) =>
      nodes(one, inside(name)),
    ),
    ...(node['items'] === undefined ? [] : nodes(node['items'], `${place}[]`)),
    ...lists,
    ...single,
  ]
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {}
}
