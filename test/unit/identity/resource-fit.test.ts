import { checkResourceAllowed } from '@modelcontextprotocol/sdk/shared/auth-utils.js'
import { describe, expect, test } from 'vitest'
import { resourceFit, warnOfUnfitResource } from '../../../src/identity/resource-fit.js'
import { RecordingLog } from '../../helpers/recording-log.js'

const endpoint = new URL('https://mcp.test/tools/mcp')

describe('how clients take the resource of the metadata', () => {
  test.each<[string, ReturnType<typeof resourceFit>]>([
    ['https://mcp.test/tools/mcp', 'exact'],
    ['https://mcp.test/', 'above'],
    ['https://mcp.test', 'above'],
    ['https://mcp.test/tools', 'above'],
    ['https://mcp.test/tools/mcp/', 'refused'],
    ['https://mcp.test/tool', 'refused'],
    ['https://mcp.test/tools/mcp/v2', 'refused'],
    ['https://other.test/tools/mcp', 'refused'],
    ['http://mcp.test/tools/mcp', 'refused'],
    ['api://1111-2222', 'refused'],
    ['11111111-2222-3333-4444-555555555555', 'refused'],
  ])('[case 12] [case 13] %s is %s for an endpoint below a path', (resource, fit) => {
    expect(resourceFit({ resource, endpoint })).toBe(fit)
    const log = new RecordingLog()
    warnOfUnfitResource({ resource, endpoint }, log)
    expect(log.lines).toHaveLength(fit === 'refused' ? 1 : 0)
  })

  test('[case 12] the warning of a resource that clients refuse names it beside the endpoint, and what to change', () => {
    const log = new RecordingLog()
    warnOfUnfitResource({ resource: 'api://1111', endpoint }, log)
    const [warning] = log.named('resource_unfit')
    expect(warning?.level).toBe('warn')
    expect(warning?.fields).toMatchObject({ resource: 'api://1111', endpoint: endpoint.href })
    expect(warning?.fields['hint']).toContain('AUTH0_AUDIENCE')
    expect(warning?.fields['hint']).toContain('TOKEN_AUDIENCE')
  })

  test.each([
    'https://mcp.test/',
    'https://mcp.test/tools',
    'https://mcp.test/tools/mcp/',
    'https://mcp.test/tool',
    'api://x',
  ])('[case 13] SDK v1 judges %s as SDK v2 does', (configuredResource) => {
    const fits = checkResourceAllowed({ requestedResource: endpoint, configuredResource })
    expect(resourceFit({ resource: configuredResource, endpoint }) !== 'refused').toBe(fits)
  })
})
