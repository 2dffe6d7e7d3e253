import { selectResourceURL as selectByV2 } from '@modelcontextprotocol/client'
import { selectResourceURL as selectByV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { describe, expect, test } from 'vitest'
import { checkIdentifier } from '../../cli/doctor/identifier-check.js'

const ENDPOINT = new URL('https://mcp.example.com/mcp')
type SelectV1 = typeof selectByV1
type SelectV2 = typeof selectByV2

/** Whether the SDKs go on with metadata that names this resource. */
async function sdksAccept(resource: string): Promise<readonly boolean[]> {
  // Neither looks at the provider unless it validates by itself.
  const v1 = selectByV1(ENDPOINT, {} as Parameters<SelectV1>[1], { resource })
  const v2 = selectByV2(ENDPOINT, {} as Parameters<SelectV2>[1], { resource })
  const outcomes = await Promise.allSettled([v1, v2])
  return outcomes.map(({ status }) => status === 'fulfilled')
}

describe('the identifier of the server', () => {
  test.each([
    ['https://mcp.example.com/mcp', 'ok'],
    ['https://mcp.example.com/', 'warning'],
    ['https://mcp.example.com', 'warning'],
    ['https://mcp.example.com/mcp/', 'wrong'],
    ['https://mcp.example.com/mc', 'wrong'],
    ['https://mcp.example.com/mcp/v1', 'wrong'],
    ['http://mcp.example.com/mcp', 'wrong'],
    ['https://mcp.example.com:8443/mcp', 'wrong'],
    ['https://other.example.com/mcp', 'wrong'],
    ['api://1111-2222', 'wrong'],
    ['urn:example:mcp', 'wrong'],
  ] as const)(
    '[case 13] %s is %s, and the SDKs go on with it where it is not wrong',
    async (identifier, verdict) => {
      expect(checkIdentifier(identifier, ENDPOINT).verdict).toBe(verdict)
      const accepted = verdict !== 'wrong'
      expect(await sdksAccept(identifier)).toEqual([accepted, accepted])
    },
  )

  test('[case 12] an id that is no URL is wrong', () => {
    const id = '11111111-2222-3333-4444-555555555555'
    expect(checkIdentifier(id, ENDPOINT)).toMatchObject({ verdict: 'wrong' })
  })
})
