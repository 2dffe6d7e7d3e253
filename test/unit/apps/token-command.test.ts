import { describe, expect, test } from 'vitest'
import { tokenCommand } from '../../../apps/development/token-command.js'

const [ISSUER, RESOURCE] = ['http://localhost:9000/', 'http://localhost:3001/mcp']
const PROGRAM = 'npm run --silent token --'
const PLAIN = `${PROGRAM} --user alice`

describe('the command for a token of alice', () => {
  test.each([
    [ISSUER, RESOURCE, PLAIN],
    ['http://localhost:9001/', RESOURCE, `${PLAIN} --issuer http://localhost:9001/`],
    [ISSUER, 'http://localhost:3002/mcp', `${PLAIN} --resource http://localhost:3002/mcp`],
  ])(
    'the command for a token of alice for %s and %s names what is not the default',
    (issuer, resource, command) => {
      expect(tokenCommand({ program: PROGRAM, username: 'alice', issuer, resource })).toBe(
        `TOKEN=$(${command})`,
      )
    },
  )

  test('the command for a token of alice names scopes of its own in quotes, as one argument', () => {
    const own = { program: PROGRAM, username: 'alice', issuer: ISSUER, resource: RESOURCE }
    expect(tokenCommand({ ...own, scope: 'tool:orders tool:invoices' })).toBe(
      `TOKEN=$(${PLAIN} --scope "tool:orders tool:invoices")`,
    )
  })
})
