import { describe, expect, test } from 'vitest'
import { composeServer } from '../../../src/server/from-config.js'
import { parseConfig, type Environment } from '../../../src/config/config.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const GOOD: Environment = {
  ISSUER_BASE_URL: 'http://127.0.0.1:9/',
  AUTH0_AUDIENCE: 'http://localhost:3001/mcp',
  MCP_AUTH0_CLIENT_ID: 'client-1',
  MCP_AUTH0_CLIENT_SECRET: 'hunter2',
  API_AUTH0_AUDIENCE: 'http://localhost:8787/',
  API_BASE_URL: 'http://localhost:8787/',
}

async function warnings(environment: Environment) {
  const log = new RecordingLog()
  const composed = await composeServer(parseConfig({ ...GOOD, ...environment }), log)
  await composed.close()
  return log.lines.filter(({ level }) => level === 'warn')
}

describe('a server that starts', () => {
  test('a server that starts warns of nothing where nothing is strange', async () => {
    expect(
      await warnings({ SCOPE_HIERARCHY: 'tool:all=tool:admin tool:admin=tool:greet' }),
    ).toEqual([])
    expect(await warnings({ MCP_BASELINE_SCOPES: 'openid offline_access tool:greet' })).toEqual([])
    expect(await warnings({ MCP_AUTH0_EXCHANGE_SCOPE: 'read:private write:private' })).toEqual([])
  })

  test('[B9] a server that starts names baseline scopes that no tool requires, those of a list with commas one by one', async () => {
    const [line, ...more] = await warnings({ MCP_BASELINE_SCOPES: 'tool:a,tool:b tool:greet' })
    expect(more).toEqual([])
    expect(line).toMatchObject({
      name: 'scope_of_no_tool',
      fields: { setting: 'MCP_BASELINE_SCOPES', scopes: ['tool:a', 'tool:b'] },
    })
    expect(line?.fields['hint']).toContain('MCP_BASELINE_SCOPES names tool:a tool:b')
  })

  test('[B9] a server that starts names scopes of the hierarchy that open nothing, wildcards among them', async () => {
    const [line, ...more] = await warnings({ SCOPE_HIERARCHY: 'tool:all=tool:*,tool:greet' })
    expect(more).toEqual([])
    expect(line?.fields).toMatchObject({ setting: 'SCOPE_HIERARCHY', scopes: ['tool:*'] })
  })

  test('[B3] a server that starts names the tool that it does not offer, the scope and the setting, in one line', async () => {
    const [line, ...more] = await warnings({ MCP_AUTH0_EXCHANGE_SCOPE: 'read:tasks' })
    expect(more).toEqual([])
    expect(line).toMatchObject({
      name: 'tool_not_offered',
      fields: { tool: 'greet', missing: ['read:private'] },
    })
    expect(line?.fields['hint']).toContain('MCP_AUTH0_EXCHANGE_SCOPE lacks read:private')
  })
})
