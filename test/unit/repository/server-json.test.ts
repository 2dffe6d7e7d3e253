import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError, parseConfig } from '../../../src/config/config.js'
import { SETTINGS } from '../../../src/config/settings.js'

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

const MANIFEST = z.object({
  name: z.string(),
  version: z.string(),
  mcpName: z.string(),
  repository: z.object({ url: z.string() }),
})

const INPUT = {
  description: z.string().min(1),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(['string', 'number', 'boolean', 'filepath']).optional(),
  default: z.string().optional(),
  placeholder: z.string().optional(),
}

const ARGUMENT = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('positional'), value: z.string() }),
  z.strictObject({
    type: z.literal('named'),
    name: z.string().startsWith('--'),
    value: z.string().optional(),
  }),
])

const PACKAGE = z.strictObject({
  registryType: z.enum(['npm', 'oci']),
  registryBaseUrl: z.literal('https://registry.npmjs.org').optional(),
  identifier: z.string(),
  version: z.string().optional(),
  runtimeHint: z.enum(['npx', 'docker']),
  runtimeArguments: z.array(ARGUMENT).default([]),
  packageArguments: z.array(ARGUMENT).default([]),
  transport: z.strictObject({
    type: z.literal('streamable-http'),
    url: z.string().regex(/^https?:\/\/[^\s]+$/),
  }),
  environmentVariables: z.array(z.strictObject({ name: z.string(), ...INPUT })),
})

/** What of the registry's schema of 2025-12-11 our file uses, with its bounds. */
const SERVER = z.strictObject({
  $schema: z.literal(
    'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
  ),
  name: z
    .string()
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().max(255),
  websiteUrl: z.url(),
  repository: z.strictObject({ url: z.url(), source: z.literal('github') }),
  packages: z.array(PACKAGE),
})

const manifest = MANIFEST.parse(JSON.parse(read('package.json')))
const server = SERVER.parse(JSON.parse(read('server.json')))
const [npm, oci] = server.packages

/** The settings that are missing where nothing is set. */
function neededSettings(): readonly string[] {
  try {
    parseConfig({})
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map(({ key }) => key)
  }
}

describe('server.json, for the MCP registry', () => {
  test('server.json, for the MCP registry has the name and the version of the package, everywhere', () => {
    expect(server.name).toBe(manifest.mcpName)
    expect(server.version).toBe(manifest.version)
    expect(npm).toMatchObject({
      ...{ registryType: 'npm', identifier: manifest.name, version: manifest.version },
    })
    expect(oci?.registryType).toBe('oci')
    expect(oci?.identifier.split(':').at(-1)).toBe(manifest.version)
    expect(manifest.repository.url).toBe(`git+${server.repository.url}.git`)
  })

  test('server.json, for the MCP registry lies in the namespace of the repository, as the registry wants it', () => {
    const [, owner = ''] = /^https:\/\/github\.com\/([^/]+)\//.exec(server.repository.url) ?? []
    expect(server.name.startsWith(`io.github.${owner}/`)).toBe(true)
    expect(oci?.identifier.startsWith(`ghcr.io/${owner}/`)).toBe(true)
  })

  test('the image carries the name, by which the registry knows whose it is', () => {
    const [, stage = ''] = read('Dockerfile').split(' AS mcp-server\n')
    expect(stage).toContain(`LABEL io.modelcontextprotocol.server.name=${server.name}\n`)
  })

  test.each(server.packages.map((entry) => [entry.registryType, entry] as const))(
    'server.json, for the MCP registry as %s it names settings of ours alone, and all that are needed',
    (_type, { environmentVariables }) => {
      const names = environmentVariables.map(({ name }) => name)
      expect(names.filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([])
      expect(names).toEqual(expect.arrayContaining([...neededSettings()]))
      expect(neededSettings().length).toBeGreaterThan(4)
      const secret = environmentVariables.filter(({ isSecret }) => isSecret === true)
      expect(secret.map(({ name }) => name)).toEqual(['MCP_AUTH0_CLIENT_SECRET'])
    },
  )

  test('the package is started by the command that serves, and reached where it then listens', () => {
    expect(npm?.packageArguments).toEqual([{ type: 'positional', value: 'serve' }])
    const port = npm?.environmentVariables.find(({ name }) => name === 'PORT')?.default ?? ''
    const url = npm?.transport.url.replace('{PORT}', port)
    expect(url).toBe(`http://localhost:${SETTINGS.PORT.fallback}/mcp`)
    expect(oci?.transport.url).toBe(url)
  })

  test('the image is published on this machine alone', () => {
    const published = oci?.runtimeArguments.find(
      (argument) => argument.type === 'named' && argument.name === '--publish',
    )
    expect(published?.value).toBe('127.0.0.1:3001:3001')
  })
})
