import { describe, expect, test } from 'vitest'
import { tokenCommand } from '../../../apps/development/token-command.js'

const [ISSUER, RESOURCE] = ['http://localhost:9000/', 'http://localhost:3001/mcp']
const PLAIN = 'npm run --silent token -- --user alice'

describe('the command for a token of alice', () => {
  test.each([
    [ISSUER, RESOURCE, PLAIN],
    ['http://localhost:9001/', RESOURCE, `${PLAIN} --issuer http://localhost:9001/`],
    [ISSUER, 'http://localhost:3002/mcp', `${PLAIN} --resource http://localhost:3002/mcp`],
  ])('for %s and %s names what is not the default', (issuer, resource, command) => {
    expect(tokenCommand(issuer, resource)).toBe(`TOKEN=$(${command})`)
  })
})
