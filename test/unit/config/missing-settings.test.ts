import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig, type Environment } from '../../../src/config/config.js'
import { thrownBy } from '../outcomes.js'

function issuesOf(environment: Environment): ConfigError {
  const error = thrownBy(() => parseConfig(environment))
  if (error instanceof ConfigError) return error
  throw new Error('expected a ConfigError', { cause: error })
}

describe('a setting that is missing', () => {
  const hintOf = (key: string, environment: Environment): string | undefined =>
    issuesOf(environment).issues.find((issue) => issue.key === key)?.hint

  test.each([
    ['AUTH0_AUDIENCE', 'AUTH0_AUDIANCE', 'AUTH0_AUDIENCE'],
    ['API_BASE_URL', 'API_BASEURL', 'API_BASE_URL'],
    ['AUTH0_DOMAIN', 'ISSUER_BASE_URI', 'ISSUER_BASE_URL'],
    ['MCP_AUTH0_CLIENT_SECRET', 'MCP_AUTH0_CLIENT_SECRT', 'MCP_AUTH0_CLIENT_SECRET'],
    ['MCP_AUTH0_CLIENT_SECRET', 'MCP_AUTH0_CLIENT_SECRET_FIL', 'MCP_AUTH0_CLIENT_SECRET_FILE'],
  ])(
    'a setting that is missing is named together with the one that looks like it: %s, %s',
    (key, name, nearest) => {
      const hint = hintOf(key, { [name]: 'S3CRET' })
      expect(hint).toMatch(/^is missing\. Set it to /)
      expect(hint).toContain(`. ${name} is set: did you mean ${nearest}?`)
      expect(issuesOf({ [name]: 'S3CRET' }).message).not.toContain('S3CRET')
    },
  )

  test('a setting that is missing is named alone where nothing looks like it, or what does is empty or a setting itself', () => {
    const others = { PATH: '/bin', AUTH0_AUDIANCE: ' ', API_AUTH0_AUDIENCE: 'https://api.example/' }
    expect(hintOf('AUTH0_AUDIENCE', others)).not.toContain('did you mean')
    expect(hintOf('AUTH0_AUDIENCE', others)).toMatch(/http:\/\/localhost:3001\/mcp$/)
  })
})
