import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_IDENTIFIERS,
  DirectoryError,
  loadDirectory,
  parseDirectory,
  withIdentifiers,
} from '../../../apps/authorization-server/directory.js'
import { API, MCP } from './support.js'

function faultsOf(content: unknown): Record<string, string> {
  try {
    parseDirectory(content)
  } catch (error) {
    if (error instanceof DirectoryError) {
      return Object.fromEntries(error.faults.map(({ place, hint }) => [place, hint]))
    }
    throw error
  }
  return {}
}

describe('the directory that comes with the project', () => {
  it('the directory that comes with the project has the two APIs, the three clients and the three users that the documentation promises', () => {
    const directory = loadDirectory()
    expect(directory.resource_servers.map((api) => api.identifier)).toEqual([MCP, API])
    expect(DEFAULT_IDENTIFIERS).toEqual({ mcp: MCP, api: API })
    expect(directory.clients.map((client) => client.client_id)).toEqual([
      'mcp-server',
      'mcp-server-custom',
      'curl',
    ])
    expect(directory.users.map((user) => user.user_id)).toEqual([
      'auth0|alice',
      'auth0|bob',
      'auth0|carol',
    ])
  })
})

describe('a directory on other ports', () => {
  it('a directory on other ports has its identifiers replaced everywhere, and leaves the original alone', () => {
    const original = loadDirectory()
    const mcp = 'http://127.0.0.1:1111/mcp'
    const api = 'http://127.0.0.1:2222/'
    const moved = withIdentifiers(original, { mcp, api })
    expect(JSON.stringify(moved)).not.toContain('localhost:3001')
    expect(JSON.stringify(moved)).not.toContain('localhost:8787')
    expect(moved.resource_servers.map(({ identifier }) => identifier)).toEqual([mcp, api])
    expect(moved.clients[0]?.resource_server_identifier).toBe(mcp)
    expect(moved.client_grants.map(({ audience }) => audience)).toEqual([api, api, mcp])
    expect(original).toEqual(loadDirectory())
    expect(withIdentifiers(original, { mcp: MCP, api: API })).toEqual(original)
  })

  it('a directory on other ports cannot be made from one without the default APIs', () => {
    const empty = parseDirectory({
      resource_servers: [],
      clients: [],
      client_grants: [],
      roles: [],
      users: [],
    })
    expect(() => withIdentifiers(empty, { mcp: MCP, api: API })).toThrow('nothing to replace')
  })
})

describe('a directory with faults', () => {
  it('a directory with faults names all faults of form at once, each with its place and its hint', () => {
    const faults = faultsOf({
      resource_servers: [
        { name: 'A', identifier: 'not a URI', token_dialect: 'jwt', token_lifetime: 0.5 },
        { name: 'B', identifier: 'urn:b', signing_alg: 'HS256', scopes: [{ value: 'two words' }] },
      ],
      clients: [{ client_id: 'c', name: 'C', app_type: 'robot', secret: 'x' }],
      client_grants: [{ audience: 'urn:b', subject_type: 'client' }],
      roles: [],
      users: [{ user_id: 'c@clients', username: '', name: 'U' }],
    })
    expect(Object.keys(faults)).toEqual([
      'resource_servers[0].identifier',
      'resource_servers[0].token_dialect',
      'resource_servers[0].token_lifetime',
      'resource_servers[1].scopes[0].value',
      'resource_servers[1].signing_alg',
      'clients[0].app_type',
      'clients[0]',
      'client_grants[0].subject_type',
      'users[0].user_id',
      'users[0].username',
    ])
    expect(faults['resource_servers[0].token_dialect']).toContain('rfc9068_profile_authz')
    expect(faults['clients[0]']).toContain('secret')
  })

  it('a directory with faults names all references that lead nowhere', () => {
    const faults = faultsOf({
      resource_servers: [{ name: 'A', identifier: 'urn:a', scopes: [{ value: 'read' }] }],
      clients: [
        { client_id: 'confidential', name: 'C', app_type: 'regular_web' },
        {
          client_id: 'public',
          name: 'P',
          app_type: 'native',
          token_endpoint_auth_method: 'none',
          client_secret: 'x',
          grant_types: ['authorization_code'],
        },
        { client_id: 'unbound', name: 'U', app_type: 'resource_server', client_secret: 'x' },
        {
          client_id: 'lost',
          name: 'L',
          app_type: 'resource_server',
          client_secret: 'x',
          resource_server_identifier: 'urn:a/',
        },
        { client_id: 'lost', name: 'Twin', app_type: 'spa', client_secret: 'x' },
      ],
      client_grants: [
        { audience: 'urn:a', subject_type: 'user' },
        { client_id: 'ghost', audience: 'urn:a', subject_type: 'user', scope: ['write'] },
        { client_id: 'public', audience: 'urn:b', subject_type: 'user', allow_all_scopes: true },
      ],
      roles: [
        {
          name: 'R',
          permissions: [
            { resource_server_identifier: 'urn:a', permission_name: 'write' },
            { resource_server_identifier: 'urn:b', permission_name: 'read' },
          ],
        },
      ],
      users: [{ user_id: 'u', username: 'u', name: 'U', roles: ['S'] }],
    })
    expect(Object.keys(faults).toSorted()).toEqual(
      [
        'clients[0].client_secret',
        'clients[1].callbacks',
        'clients[1].client_secret',
        'clients[2].resource_server_identifier',
        'clients[3].resource_server_identifier',
        'clients[4].client_id',
        'client_grants[0]',
        'client_grants[0].scope',
        'client_grants[1].client_id',
        'client_grants[1].scope[0]',
        'client_grants[2].audience',
        'roles[0].permissions[0].permission_name',
        'roles[0].permissions[1].resource_server_identifier',
        'users[0].roles[0]',
      ].toSorted(),
    )
    expect(faults['clients[3].resource_server_identifier']).toContain('known: urn:a')
  })

  it('a directory with faults is named by its file, and so is a file that is none', () => {
    const folder = mkdtempSync(join(tmpdir(), 'directory-'))
    try {
      const path = join(folder, 'broken.json')
      expect(() => loadDirectory(path)).toThrow(`${path} cannot be used`)
      writeFileSync(path, '{')
      expect(() => loadDirectory(path)).toThrow(DirectoryError)
      writeFileSync(path, '{}')
      expect(() => loadDirectory(path)).toThrow(/broken\.json[\s\S]*resource_servers[\s\S]*users/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
