import type { Side } from './problem-table.js'

/** Who has to change something, in words. */
export const SIDES: Readonly<Record<Side, string>> = {
  server: 'the MCP server',
  authorization_server: 'the authorization server',
  tenant: 'the settings at the authorization server',
  network: 'the network',
}
