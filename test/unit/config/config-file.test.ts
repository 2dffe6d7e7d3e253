import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_FILE } from '../../../src/config/config-file.js'
import {
  ConfigError,
  isUnconfigured,
  parseConfig,
  readSettings,
  type Config,
  type Environment,
} from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'

const WITHOUT_API = { ...GOOD, API_AUTH0_AUDIENCE: undefined, API_BASE_URL: undefined }

const TWO_APIS = `
apis:
  trips:
    audience: https://trips.example/
    baseUrl: https://trips.example/v1
    document: trips.yaml
    operations: [ '!deprecated', 'GET /trips/**' ]
    serverScopes: { prefix: 'trips:' }
    scopesMissing: { read: [a], write: [b, c] }
  crm:
    audience: https://crm.example/
    baseUrl: https://crm.example
    document: https://crm.example/openapi.json
    curation: { getContact: { name: contact, hidden: false } }
    toolPrefix: crm_
`

/** The configuration of an environment with this file. */
function withFile(text: string, environment: Environment = WITHOUT_API): Config {
  const file = { name: 'apis.yaml', path: '/etc/apis.yaml', text }
  return parseConfig({ ...environment, [CONFIG_FILE]: file })
}

function issuesOf(text: string, environment: Environment = WITHOUT_API): readonly string[] {
  try {
    withFile(text, environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map(({ key, hint }) => `${key}: ${hint}`)
  }
}

describe('the configuration file', () => {
  test('describes several APIs, with paths from its own directory', () => {
    const { apis, access } = withFile(TWO_APIS)
    expect(Object.keys(apis)).toEqual(['trips', 'crm'])
    expect(apis['trips']).toMatchObject({
      audience: 'https://trips.example/',
      openapi: {
        document: '/etc/trips.yaml',
        documentName: 'trips.yaml',
        operations: ['!deprecated', 'GET /trips/**'],
        serverScopes: { prefix: 'trips:' },
        scopesMissing: { read: ['a'], write: ['b', 'c'] },
      },
    })
    expect(apis['trips']?.baseUrl.href).toBe('https://trips.example/v1')
    expect(apis['crm']).toMatchObject({
      openapi: {
        document: 'https://crm.example/openapi.json',
        curation: { getContact: { name: 'contact', hidden: false } },
        toolPrefix: 'crm_',
      },
    })
    expect(access.lockedTools).toBe('show')
  })

  test('may be JSON', () => {
    const api = { audience: 'https://a.example/', baseUrl: 'https://a.example' }
    const { apis, demoTools } = withFile(JSON.stringify({ apis: { a: api } }))
    expect(apis['a']).toMatchObject({ audience: 'https://a.example/', openapi: undefined })
    expect(demoTools).toBe(true)
  })

  test('stands beside the API of the settings, which is called api', () => {
    expect(Object.keys(withFile(TWO_APIS, GOOD).apis)).toEqual(['api', 'trips', 'crm'])
  })

  test('and settings about the same API are a conflict that names both places', () => {
    const text = 'apis:\n  api: { audience: "urn:x", baseUrl: "https://x.example" }\n'
    expect(issuesOf(text, { ...GOOD, OPENAPI_DOCUMENT: 'a.yaml' })).toEqual(
      ['API_AUTH0_AUDIENCE', 'API_BASE_URL', 'OPENAPI_DOCUMENT'].map(
        (key) =>
          `${key}: is set, and describes the API "api", which the configuration file describes too (apis.yaml:2, apis.api). Remove one of them, or give the API in the file another name`,
      ),
    )
  })

  test('names all faults at once, each with its line and its place', () => {
    const text = `apis:
  a:
    audience: 'with space'
    baseUrl: ftp://a.example
    optionalSecurity: maybe
    answerBytes: 3
  b:
    audiense: urn:b
    baseUrl: https://b.example
    serverScopes: { prefix: 'x y' }
    operations: get
  c d: { audience: x, baseUrl: https://c.example }
`
    expect(issuesOf(text)).toEqual([
      'apis.yaml:3, apis.a.audience: must not contain spaces',
      'apis.yaml:4, apis.a.baseUrl: must be a URL that starts with https:// (or http:// on this machine)',
      'apis.yaml:5, apis.a.optionalSecurity: must be require or allow',
      'apis.yaml:6, apis.a.answerBytes: must be a whole number from 1000 to 10000000',
      'apis.yaml:7, apis.b.audience: is missing',
      expect.stringMatching(/^apis\.yaml:11, apis\.b\.operations: "get" is no rule/),
      'apis.yaml:10, apis.b.serverScopes.prefix: must be the beginning of a scope, without spaces',
      'apis.yaml:8, apis.b.audiense: is no key here. Did you mean audience?',
      'apis.yaml:12, apis.c d: must be named by letters, digits, _ and -, a letter first, 40 at most',
    ])
  })

  test.each([
    ['clientSecret', 'MCP_AUTH0_CLIENT_SECRET'],
    ['client_secret', 'MCP_AUTH0_CLIENT_SECRET'],
    ['password', 'MCP_AUTH0_CLIENT_SECRET'],
    ['privateKey', 'MCP_AUTH0_CLIENT_PRIVATE_KEY'],
    ['certificate', 'MCP_AUTH0_CLIENT_CERTIFICATE'],
  ])('refuses the secret %s with the setting to use, and does not show it', (key, setting) => {
    const text = `apis:\n  a:\n    audience: urn:a\n    baseUrl: https://a.example\n    ${key}: hunter2\n`
    const [issue = '', ...others] = issuesOf(text)
    expect(others).toEqual([])
    expect(issue).toContain(`apis.yaml:5, apis.a.${key}: has no place in this file`)
    expect(issue).toContain(`Set ${setting}, or ${setting}_FILE`)
    expect(issue).not.toContain('hunter2')
  })

  test('says of a setting that it belongs in the environment', () => {
    expect(issuesOf(`${TWO_APIS}AUTH0_DOMAIN: example.eu.auth0.com\n`)).toEqual([
      'apis.yaml:16, AUTH0_DOMAIN: is no key of this file. Set AUTH0_DOMAIN in the environment or in .env',
    ])
  })

  test.each([
    ['a key twice', 'apis: {}\napis: {}\n', 'apis.yaml:2: has the same key twice'],
    ['a tab', 'apis:\n\ta: 1\n', /^apis\.yaml:\d: /],
    ['aliases without end', `a: &a [x]\n${bombOf(12)}`, /aliases/],
    [
      'lists within lists without end',
      `apis:\n  a: ${'['.repeat(20_000)}`,
      /^apis\.yaml:2: is nested too deeply here: more than 200 /,
    ],
    [
      'mappings within mappings without end',
      `apis:\n${Array.from({ length: 3_000 }, (_, depth) => `${' '.repeat(depth + 1)}a:\n`).join('')}`,
      /^apis\.yaml:2\d\d: is nested too deeply here: more than 200 /,
    ],
    ['nothing', '', /^apis\.yaml: must be a mapping with apis$/],
    ['a list', '- a\n', 'apis.yaml:1: must be a mapping with apis'],
    ['no API', 'apis: {}\n', 'apis.yaml:1, apis: must name an API'],
  ])('with %s is one issue', (_what, text, expected) => {
    const issues = issuesOf(text)
    expect(issues).toHaveLength(1)
    if (typeof expected === 'string') expect(issues).toEqual([expected])
    else expect(issues[0]).toMatch(expected)
  })

  test('is held to the same rules as the settings: https, and an audience that is not ours', () => {
    const text = `apis:\n  a:\n    audience: ${GOOD.AUTH0_AUDIENCE}\n    baseUrl: http://a.example\n`
    const [own, plain] = issuesOf(text)
    expect(own).toContain('apis.yaml:3, apis.a.audience: is the same as AUTH0_AUDIENCE')
    expect(plain).toContain('apis.yaml:4, apis.a.baseUrl: must be https')
  })
})

describe('where the configuration file is found', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'config-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true })
  })

  test('mcp-on-behalf-of.yaml of the working directory is read, and makes a deployment', () => {
    writeFileSync(join(directory, 'mcp-on-behalf-of.yaml'), TWO_APIS)
    const { environment } = readSettings(directory)
    expect(isUnconfigured({ [CONFIG_FILE]: environment[CONFIG_FILE] })).toBe(false)
    const { apis } = parseConfig({ ...environment, ...WITHOUT_API })
    expect(apis['trips']?.openapi?.document).toBe(join(directory, 'trips.yaml'))
  })

  test('CONFIG_PATH in .env names another one, from the working directory', () => {
    mkdirSync(join(directory, 'etc'))
    writeFileSync(join(directory, 'etc/apis.yaml'), TWO_APIS)
    writeFileSync(join(directory, '.env'), 'CONFIG_PATH=etc/apis.yaml\n')
    const { environment } = readSettings(directory)
    expect(environment[CONFIG_FILE]).toMatchObject({
      name: 'apis.yaml',
      path: join(directory, 'etc/apis.yaml'),
    })
  })

  test('a CONFIG_PATH that names nothing is an issue, and so is one that nobody has read', () => {
    writeFileSync(join(directory, '.env'), 'CONFIG_PATH=missing.yaml\n')
    expect(() => readSettings(directory)).toThrow(
      /CONFIG_PATH="missing\.yaml": names a file that does not exist/,
    )
    expect(() => parseConfig({ ...GOOD, CONFIG_PATH: 'apis.yaml' })).toThrow(
      /CONFIG_PATH="apis\.yaml": names a file that has not been read/,
    )
  })
})

/** Each line has the one before it ten times. */
function bombOf(lines: number): string {
  const names = Array.from({ length: lines }, (_, index) => String.fromCharCode(97 + index))
  return names
    .slice(1)
    .map((name, index) => `${name}: &${name} [${`*${names[index] ?? ''},`.repeat(10)}]\n`)
    .join('')
}
