import type { Running } from './generators.js'

export interface Called {
  readonly calls: number
  /** What was called, and what came. */
  readonly wrong: readonly string[]
}

const TOOLS = 12
const PLAIN = 'plainvalue'
/** Values that a model may give, with what their segment of the path has to be; `undefined`: nothing may be sent. */
const VALUES: readonly (readonly [string, string | undefined])[] = [
  ['..', undefined],
  ['', undefined],
  ['a/../b', 'a%2F..%2Fb'],
  ['a?b#c', 'a%3Fb%23c'],
]

/** Calls tools that have a text in their path, with values that must not change which operation is called. */
export async function changedPaths(running: Running): Promise<Called> {
  const wrong: string[] = []
  let [calls, tried] = [0, 0]
  for (const { name, inputSchema } of running.tools) {
    if (tried === TOOLS) break
    const plain = argumentsWith(inputSchema, PLAIN)
    if (plain === undefined) continue
    const [path = ''] = (await running.call(name, plain))[0]?.split('?') ?? []
    if (!path.split('/').includes(PLAIN)) continue
    tried += 1
    for (const [value, segment] of VALUES) {
      calls += 1
      const requests = await running.call(name, argumentsWith(inputSchema, value) ?? {})
      const expected = path
        .split('/')
        .map((part) => (part === PLAIN ? segment : part))
        .join('/')
      const isWrong = requests.some(
        (request) => segment === undefined || request.split('?')[0] !== expected,
      )
      if (isWrong) wrong.push(`${name} ${JSON.stringify(value)}: ${requests[0] ?? ''}`)
    }
  }
  return { calls, wrong }
}

/** The required arguments, the texts among them all with one value; `undefined` where they are not so simple. */
function argumentsWith(schema: unknown, value: string): Record<string, unknown> | undefined {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, { type?: unknown; enum?: unknown[] }>
    required?: string[]
  }
  const given: Record<string, unknown> = {}
  for (const name of required) {
    const { type, enum: choices } = properties[name] ?? {}
    if (choices !== undefined) given[name] = choices[0]
    else if (type === 'string') given[name] = value
    else if (type === 'integer' || type === 'number') given[name] = 7
    else if (type === 'boolean') given[name] = true
    else return undefined
  }
  return given
}
