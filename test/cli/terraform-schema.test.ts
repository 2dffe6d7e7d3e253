import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { run } from '../../cli/setup/run.js'
import { recordingIo } from '../helpers/command-io.js'

interface Section {
  readonly required?: readonly string[]
  readonly optional?: readonly string[]
}
/** By the path of a nested block; `''` is the resource itself. A name ends in `:block` where it is one. */
type Schema = Readonly<Record<string, Section>>
type Block = Readonly<Record<string, unknown>>

/** What the provider auth0/auth0 documents of the resources that are used. */
const PROVIDER = JSON.parse(
  readFileSync(new URL('./terraform-auth0-schema.json', import.meta.url), 'utf8'),
) as Readonly<Record<'resource' | 'data', Readonly<Record<string, Schema>>>>

const OF_TERRAFORM = new Set(['depends_on'])

async function documentOf(argv: readonly string[]): Promise<Readonly<Record<string, Block>>> {
  const io = recordingIo({ directory: '/nowhere' })
  const common = [
    '--domain',
    'example.eu.auth0.com',
    '--api-identifier',
    'https://api.example.com/',
  ]
  expect(await run([...common, ...argv, '--export', 'terraform'], io)).toBe(0)
  return JSON.parse(io.stdout()) as Readonly<Record<string, Block>>
}

/** What is wrong with a block by the schema, as texts. */
function faults(block: Block, schema: Schema, path = ''): readonly string[] {
  const { required = [], optional = [] } = schema[path] ?? {}
  const bare = (name: string): string => name.replace(/:block$/, '')
  const known = [...required, ...optional]
  const missing = required.map(bare).filter((name) => !Object.hasOwn(block, name))
  const unknown = Object.keys(block).filter(
    (name) => !OF_TERRAFORM.has(name) && !known.map(bare).includes(name),
  )
  const nested = Object.entries(block).flatMap(([name, value]) => {
    if (!known.includes(`${name}:block`)) return []
    if (!Array.isArray(value)) return [`${path}.${name} is a block, and stands as ${typeof value}`]
    const inner = path === '' ? name : `${path}.${name}`
    return (value as Block[]).flatMap((each) => faults(each, schema, inner))
  })
  return [
    ...missing.map((name) => `${path} lacks ${name}`),
    ...unknown.map((name) => `${path} has ${name}, which the provider does not know`),
    ...nested,
  ]
}

describe('setup --export terraform by the schema of its provider', () => {
  test.each([
    [[]],
    [['--clients', 'metadata,registration', '--roles', 'quickstart']],
    [['--clients', 'none', '--role', 'A', '--assign', 'a@example.com=B']],
    [['--profile', 'custom-token-exchange', '--role', 'A', '--assign', 'a@example.com=A']],
    [['--profile', 'custom-token-exchange', '--client-id', 'portal']],
  ])(
    '%j has only blocks and attributes that are documented, and all that are required',
    async (argv) => {
      const document = await documentOf(argv)
      const found = (['resource', 'data'] as const).flatMap((kind) =>
        Object.entries(document[kind] ?? {}).flatMap(([type, blocks]) => {
          const schema = PROVIDER[kind][type]
          if (schema === undefined) return [`${kind} ${type} is not known`]
          return Object.entries(blocks as Readonly<Record<string, Block>>).flatMap(
            ([name, block]) => faults(block, schema).map((fault) => `${type}.${name}: ${fault}`),
          )
        }),
      )
      expect(found).toEqual([])
      expect(Object.keys(document['resource'] ?? {}).length).toBeGreaterThan(3)
    },
  )
})
