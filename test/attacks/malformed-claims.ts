import type { Attack } from './attack.js'
import { sendRequest } from './send-request.js'

/** Claims that say something that cannot be read are not read in part, and do not count as absent. */
export const malformedClaims: readonly Attack[] = (
  [
    ['scope an object', { scope: { 'tool:greet': true } }],
    ['scope true', { scope: true }],
    ['scope an array with a number', { scope: ['tool:greet', 7] }],
    ['scope an array in an array', { scope: [['tool:greet']] }],
    ['scp an object', { scope: undefined, scp: { 'tool:greet': true } }],
    ['permissions a text', { permissions: 'tool:whoami' }],
    ['permissions an object', { permissions: {} }],
    ['permissions null', { permissions: null }],
    ['permissions with a number', { permissions: ['tool:greet', 7] }],
    ['org_id a number', { org_id: 5 }],
    ['org_id an array', { org_id: ['org_1'] }],
  ] as const
).map(([name, claims]) => ({
  name: `${name}, for a tool that needs a scope`,
  needs: ['issuer key'],
  expected: { status: 401, body: /"error":"invalid_token"/ },
  send: async (target) => sendRequest(target, { token: await target.mint({ claims }) }),
}))
