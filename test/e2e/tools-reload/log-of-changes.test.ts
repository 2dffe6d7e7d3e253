import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { oauth2Components } from '../../integration/openapi/oauth2-components.js'
import {
  startReloadServer,
  temporaryDirectory,
  type Operations,
  type ReloadServer,
} from './reload-server.js'

const PAY = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Payments', version: '1' },
  paths: {
    '/pay': {
      post: {
        operationId: 'pay',
        parameters: ['tenant', 'mode'].map((name) => ({
          ...{ name, in: 'query', schema: { type: 'string' } },
        })),
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
        security: [{ OAuth2: ['write'] }],
        responses: { 200: { description: 'Paid' } },
      },
    },
  },
  components: oauth2Components({ write: 'Write' }),
})

const lastLine = (server: ReloadServer) => server.log.named('openapi_reloaded').at(-1)

describe('the log of fixed values that are others', () => {
  const fixing = async (fixed: object) => {
    const curation = join(temporaryDirectory(), 'curation.json')
    const put = (values: object) => {
      writeFileSync(curation, JSON.stringify({ pay: { fixed: values } }))
    }
    put(fixed)
    const server = await startReloadServer(PAY, { environment: { OPENAPI_CURATION: curation } })
    return { server, put }
  }

  test.each<[string, object, object, string | undefined]>([
    ['another value', { tenant: 'blue' }, { tenant: 'red' }, 'pay: fixed (tenant)'],
    ['a value less', { tenant: 'blue', mode: 'm' }, { tenant: 'blue' }, 'pay: fixed (mode)'],
    ['none any more', { tenant: 'blue', mode: 'm' }, {}, 'pay: fixed (mode, tenant)'],
    ['another body', { body: { to: 'blue' } }, { body: { to: 'red' } }, 'pay: fixed (body)'],
    ['no body any more', { body: { to: 'blue' } }, {}, 'pay: fixed (body)'],
    ['a value more', { tenant: 'blue' }, { tenant: 'blue', mode: 'm' }, undefined],
  ])('names the tool and the arguments: %s', async (_what, before, after, weaker) => {
    const { server, put } = await fixing(before)
    put(after)
    await server.reloadTools()
    expect(lastLine(server)).toMatchObject({
      level: weaker === undefined ? 'info' : 'warn',
      fields: { changed: ['pay'], weaker: weaker === undefined ? [] : [weaker] },
    })
    expect(lastLine(server)?.fields['security']).toBe(weaker === undefined ? undefined : true)
    expect(JSON.stringify(lastLine(server))).not.toMatch(/blue|red/)
  })
})

describe('a tool that comes back after it was gone', () => {
  const back = async (operations: Operations) => {
    const server = await startReloadServer()
    server.put({ 'get /trips list_trips': ['read'] })
    await server.reloadTools()
    server.put({ 'get /stations list_stations': ['read'] })
    await server.reloadTools()
    server.put({ 'get /trips list_trips': ['read'], ...operations })
    await server.reloadTools()
    return lastLine(server)
  }

  test.each<[string, Operations, string, string]>([
    [
      'less than before',
      { 'post /trips create_trip': [] },
      'create_trip: scopes',
      'create_trip: none -> none',
    ],
    [
      'less under another name',
      { 'post /trips make_trip': ['read'] },
      'make_trip (before: create_trip): scopes',
      'make_trip: read -> read',
    ],
    [
      'another operation',
      { 'delete /trips create_trip': ['write'] },
      'create_trip: operation',
      'create_trip: write -> write',
    ],
  ])('and needs %s is a line about security', async (_what, operations, weaker, scopes) => {
    expect(await back(operations)).toMatchObject({
      level: 'warn',
      fields: {
        security: true,
        weaker: [weaker],
        addedScopes: expect.arrayContaining([scopes]) as unknown,
      },
    })
  })

  test('as it was is none', async () => {
    expect(await back({ 'post /trips create_trip': ['write'] })).toMatchObject({
      level: 'info',
      fields: {
        added: ['create_trip', 'list_trips'],
        addedScopes: ['create_trip: write -> write', 'list_trips: read -> read'],
        scopeChanges: [],
        weaker: [],
      },
    })
  })
})
