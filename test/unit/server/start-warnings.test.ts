import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { composeServer } from '../../../src/server/from-config.js'
import { parseConfig, readEnvironment, type Environment } from '../../../src/config/config.js'
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

  test('a server that starts warns of lines of .env that do nothing, in a program of one’s own too', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'start-warnings-'))
    onTestFinished(() => {
      rmSync(directory, { recursive: true })
    })
    const settings = Object.entries(GOOD).map(([name, value]) => `${name}=${String(value)}`)
    const lines = [...settings, 'RATE_LIMIT_PER_ADRESS=5', 'nonsense']
    writeFileSync(join(directory, '.env'), lines.join('\n'))
    const told = async (environment: Environment) => {
      const log = new RecordingLog()
      const composed = await composeServer(parseConfig(environment), log)
      await composed.close()
      return log.lines.map(({ level, name, fields }) => ({ level, event: name, ...fields }))
    }
    const expected = [
      { level: 'warn', event: 'unknown_setting', nearest: 'RATE_LIMIT_PER_ADDRESS' },
      { level: 'warn', event: 'settings_line_ignored', line: lines.length },
    ]
    const environment = readEnvironment(directory)
    expect(await told(environment)).toMatchObject(expected)
    // As a program may change a setting.
    expect(await told({ ...environment, LOG_LEVEL: 'debug' })).toMatchObject(expected)
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
