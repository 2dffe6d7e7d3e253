import type { Attack } from './attack.js'
import { sendRequest } from './send-request.js'

const SCOPES: readonly (readonly [string, unknown])[] = [
  ['missing', undefined],
  ['null', null],
  ['empty', ''],
  ['true', true],
  ['an object', { 'read:private': true }],
  ['*', '*'],
  ['in upper case', 'READ:PRIVATE'],
  ['with tabs', 'read:other\tread:private'],
  ['with commas', 'read:other,read:private'],
  ['longer than needed', 'read:privately xread:private'],
  ["of the MCP server's", 'tool:whoami tool:greet'],
]

/** A good token for the API without the scope that it asks for. */
export const apiAccess: readonly Attack[] = SCOPES.map(([name, scope]) => ({
  name: `scope ${name}`,
  needs: ['issuer key'],
  expected: { status: [401, 403] },
  send: async (target) => sendRequest(target, { token: await target.mint({ claims: { scope } }) }),
}))
