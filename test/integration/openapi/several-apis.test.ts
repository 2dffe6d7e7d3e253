import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CONFIG_FILE } from '../../../src/config/config-file.js'
import { ConfigError, type Environment } from '../../../src/config/config.js'
import { whoami } from '../../../src/tools/whoami.js'
import { callTool, postMcp, rpc, rpcAnswer } from '../../helpers/mcp-requests.js'
import { startMcpServer, type TestServer } from '../../helpers/start-mcp-server.js'
import { startHttpServer } from '../../helpers/start-http-server.js'
import { startTestApi, type TestApi } from '../../helpers/test-api.js'
import { oauth2Components } from './oauth2-components.js'

const NO_API = { API_AUTH0_AUDIENCE: undefined, API_BASE_URL: undefined }

let directory: string
let crm: TestApi
let trips: TestApi

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'apis-'))
  crm = await startTestApi()
  trips = await startTestApi()
})

afterEach(async () => {
  rmSync(directory, { recursive: true })
  await Promise.all([crm.close(), trips.close()])
})

function put(name: string, operationId: string, scope: string): string {
  const operation = {
    ...{ operationId, tags: [`${operationId} things`], security: [{ OAuth2: [scope] }] },
    responses: { 200: { description: 'Fine' } },
  }
  writeFileSync(
    join(directory, name),
    JSON.stringify({
      openapi: '3.1.0',
      info: { title: name, version: '1' },
      paths: { [`/${operationId}`]: { get: operation } },
      components: oauth2Components({ [scope]: 'A scope' }),
    }),
  )
  return name
}

/** An environment with a configuration file of both APIs; `crmMembers` are further lines of one of them. */
function bothApis(crmMembers = '', tripsMembers = ''): Environment {
  const text = `apis:
  crm:
    audience: urn:crm
    baseUrl: ${crm.origin}
    document: crm.json
${crmMembers}  trips:
    audience: urn:trips
    baseUrl: ${trips.origin}
    document: trips.json
${tripsMembers}`
  const file = { name: 'apis.yaml', path: join(directory, 'apis.yaml'), text }
  return { ...NO_API, [CONFIG_FILE]: file }
}

/** Both of them with a search. */
function searched(crmMembers = ''): Environment {
  return bothApis(`    expose: search\n${crmMembers}`, '    expose: search\n')
}

const SEARCH = ['call_operation', 'describe_operation', 'find_operations']

async function listed(server: TestServer): Promise<readonly string[]> {
  const token = await server.mint({ scope: 'read:contacts' })
  const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
  return (answer['result'] as { tools: readonly { name: string }[] }).tools.map(({ name }) => name)
}

describe('a server in front of several APIs', () => {
  test('APIs of one prefix share the tools of a search, and an API with a prefix has its own', async () => {
    put('crm.json', 'contacts', 'read:contacts')
    put('trips.json', 'trips', 'read:trips')
    const shared = await startMcpServer({ environment: searched() })
    const prefixed = await startMcpServer({ environment: searched('    toolPrefix: crm_\n') })
    expect(await listed(shared)).toEqual(SEARCH)
    expect(await listed(prefixed)).toEqual(
      [...SEARCH.map((name) => `crm_${name}`), ...SEARCH].sort(),
    )
    const token = await prefixed.mint({ scope: 'read:contacts read:trips' })
    const call = async (tool: string, name: string): Promise<unknown> =>
      (
        rpcAnswer(await postMcp(prefixed.endpoint, callTool(tool, { name }), { token }))[
          'result'
        ] as { readonly isError?: boolean }
      ).isError
    expect(await call('crm_call_operation', 'crm_contacts')).toBeUndefined()
    expect(await call('call_operation', 'crm_contacts')).toBe(true)
    expect(await call('call_operation', 'trips')).toBeUndefined()
    expect([crm.requests.length, trips.requests.length]).toEqual([1, 1])
  })

  test('a tool of a document or of our own with the name of a tool of the search ends the start, and says what to change', async () => {
    put('crm.json', 'find_operations', 'read:contacts')
    put('trips.json', 'trips', 'read:trips')
    const start = startMcpServer({ environment: bothApis('', '    expose: search\n') })
    await expect(start).rejects.toThrow(/tools of the same names.*find_operations/)
    const tool = { ...whoami, name: 'describe_operation' }
    const own = startMcpServer({ environment: searched(), tools: [tool] })
    await expect(own).rejects.toThrow(/tools of the same names as tools of your own/)
  })

  test('a server in front of several APIs calls each with a token for its audience, and never another', async () => {
    put('crm.json', 'contacts', 'read:contacts')
    put('trips.json', 'trips', 'read:trips')
    const server = await startMcpServer({ environment: bothApis() })
    const token = await server.mint({ scope: 'read:contacts read:trips' })
    for (const tool of ['contacts', 'trips']) {
      expect((await postMcp(server.endpoint, callTool(tool), { token })).status).toBe(200)
    }
    const exchanged = server.issuer.tokenRequests.map(({ parameters }) => [
      parameters.get('audience'),
      parameters.get('scope'),
    ])
    expect(exchanged).toEqual([
      ['urn:crm', 'read:contacts'],
      ['urn:trips', 'read:trips'],
    ])
    expect(crm.requests.map(({ url }) => url)).toEqual(['/contacts'])
    expect(trips.requests.map(({ url }) => url)).toEqual(['/trips'])
    expect(server.log.named('document_read').map(({ fields }) => fields['api'])).toEqual([
      'crm',
      'trips',
    ])
  })

  test('tools of the same name in several APIs end the start with the way out, and a prefix cures it', async () => {
    put('crm.json', 'list', 'read:contacts')
    put('trips.json', 'list', 'read:trips')
    const error: unknown = await startMcpServer({ environment: bothApis() }).catch(
      (thrown: unknown) => thrown,
    )
    expect(error).toBeInstanceOf(ConfigError)
    expect((error as ConfigError).issues).toEqual([
      {
        key: 'apis.yaml:6, apis.trips',
        hint: 'has tools of the same names as the API crm (apis.yaml:2, apis.crm): list. Give one of the APIs a toolPrefix in the configuration file, or rename the tools by its curation',
      },
    ])
    const server = await startMcpServer({ environment: bothApis('    toolPrefix: crm_\n') })
    const token = await server.mint({ scope: 'read:contacts read:trips' })
    const answer = rpcAnswer(await postMcp(server.endpoint, rpc('tools/list'), { token }))
    expect(answer['result']).toMatchObject({ tools: [{ name: 'crm_list' }, { name: 'list' }] })
    await postMcp(server.endpoint, callTool('crm_list'), { token })
    expect([crm.requests.length, trips.requests.length]).toEqual([1, 0])
  })

  test('faults of several documents end the start together, each with its document', async () => {
    writeFileSync(join(directory, 'trips.json'), '{ "swagger": "2.0" }')
    const error: unknown = await startMcpServer({ environment: bothApis() }).catch(
      (thrown: unknown) => thrown,
    )
    expect((error as ConfigError).issues).toMatchObject(
      [
        { key: 'apis.yaml:2, apis.crm (crm.json)', hint: /does not exist/ },
        { key: 'trips.json:1', hint: /Swagger 2\.0/ },
      ].map(({ key, hint }) => ({ key, hint: expect.stringMatching(hint) as string })),
    )
  })

  test('the page at / has the tools of each API below the tags of its document', async () => {
    put('crm.json', 'contacts', 'read:contacts')
    put('trips.json', 'trips', 'read:trips')
    const server = await startMcpServer({ environment: bothApis() })
    const page = await (await fetch(`${server.origin}/`)).text()
    const headings = [...page.matchAll(/<h3 class="group">([^<]*)</g)].map(([, text]) => text)
    expect(headings).toEqual(['crm: contacts things', 'trips: trips things'])
    expect(page).toContain('<code>read:contacts</code>')
  })
})

describe('a document at a URL', () => {
  const start = (url: string) => startMcpServer({ environment: { OPENAPI_DOCUMENT: url } })
  const hintOf = async (starting: Promise<unknown>): Promise<string> => {
    const error: unknown = await starting.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConfigError)
    return (error as ConfigError).issues.map(({ hint }) => hint).join('\n')
  }

  test('a document at a URL is fetched at the start, without credentials, redirects within its origin included', async () => {
    put('trips.json', 'trips', 'read:trips')
    const seen: (string | undefined)[] = []
    const host = await startHttpServer((req, res) => {
      seen.push(req.url, req.headers.authorization)
      if (req.url === '/latest') res.writeHead(302, { location: '/trips.json' }).end()
      else res.end(readFileSync(join(directory, 'trips.json')))
    })
    const server = await start(`${host.origin}/latest`)
    expect(server.log.named('document_read')).toMatchObject([{ fields: { tools: 1 } }])
    expect(seen).toEqual(['/latest', undefined, '/trips.json', undefined])
    await host.close()
  })

  test('a document at a URL that redirects to another host ends the start, and the other host is not asked', async () => {
    const host = await startHttpServer((_req, res) => {
      res.writeHead(302, { location: `${trips.origin}/openapi.json` }).end()
    })
    expect(await hintOf(start(host.origin))).toContain('redirects to another host')
    expect(trips.requests).toEqual([])
    await host.close()
  })

  test.each([
    ['404', 404, 'is answered with HTTP 404'],
    ['a redirect without end', 302, 'redirects without end'],
  ])('a document at a URL that answers %s ends the start', async (_what, status, hint) => {
    const host = await startHttpServer((_req, res) => {
      res.writeHead(status, { location: '/again' }).end()
    })
    expect(await hintOf(start(host.origin))).toContain(hint)
    await host.close()
  })

  test('a document at a URL that is larger than 20 MiB ends the start before all of it has come', async () => {
    let sent = 0
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    const host = await startHttpServer((_req, res) => {
      const send = (): void => {
        sent += 1
        if (res.destroyed || sent > 200) res.end()
        else res.write(chunk, send)
      }
      send()
    })
    expect(await hintOf(start(host.origin))).toContain('is larger than 20 MiB')
    expect(sent).toBeLessThan(200)
    await host.close()
  })
})
