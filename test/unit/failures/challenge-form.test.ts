import { describe, expect, test } from 'vitest'
import { challengeForm, type RefusedRequest } from '../../../src/failures/challenge-form.js'
import { challengeResult } from '../../../src/failures/challenge-result.js'
import {
  FAILURE_CODES,
  OnBehalfOfError,
  type FailureCode,
  type FailureDetails,
} from '../../../src/failures/errors.js'

const MESSAGE = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet' } }
const REQUEST: RefusedRequest = { clientId: 'listed', message: MESSAGE }
const OPTIONS = {
  resourceMetadataUrl: new URL('https://mcp.example/.well-known/oauth-protected-resource/mcp'),
  takesResults: (clientId: string) => clientId !== 'other',
}
const failure = (code: FailureCode, details: FailureDetails = {}) =>
  new OnBehalfOfError(code, details)
const scopeMissing = failure('insufficient_scope', { reason: 'tool_scope_missing' })
const permissionMissing = failure('permission_denied', { reason: 'permission_missing' })

describe('the form of a refusal', () => {
  test('is a result for what a sign-in mends, and for a missing permission, and for no other failure', () => {
    const results = FAILURE_CODES.filter(
      (code) => challengeForm(failure(code), REQUEST, OPTIONS) === 'result',
    )
    expect(results).toEqual([
      'invalid_token',
      'signed_out',
      'insufficient_scope',
      'reauthentication_required',
    ])
    const claims = '{"a":1}'
    expect(challengeForm(failure('mfa_required', { claims }), REQUEST, OPTIONS)).toBe('result')
    expect(challengeForm(permissionMissing, REQUEST, OPTIONS)).toBe('result')
    const undeclared = failure('permission_denied', { reason: 'tool_not_declared' })
    expect(challengeForm(undeclared, REQUEST, OPTIONS)).toBe('http')
  })

  test.each<[string, Partial<RefusedRequest>]>([
    ['of nobody known', { clientId: undefined }],
    ['of a client that is not listed', { clientId: 'other' }],
    ['in a batch', { message: [MESSAGE] }],
    ['without an id', { message: { ...MESSAGE, id: undefined } }],
    ['with null for its id', { message: { ...MESSAGE, id: null } }],
    ['with a fraction for its id', { message: { ...MESSAGE, id: 1.5 } }],
    ['of another version', { message: { ...MESSAGE, jsonrpc: '1.0' } }],
    ['of another method', { message: { ...MESSAGE, method: 'tools/list' } }],
    ['without a body', { message: undefined }],
  ])('is HTTP for a request %s', (_, changed) => {
    const request = { ...REQUEST, ...changed }
    expect(challengeForm(scopeMissing, request, OPTIONS)).toBe('http')
    // Anything but another client is HTTP with structured denials, too.
    const form = challengeForm(permissionMissing, request, { ...OPTIONS, structuredDenials: true })
    expect(form).toBe(request.clientId === 'other' ? 'result' : 'http')
  })
})

describe('a refusal as a result', () => {
  test('says by an envelope whether anything helps, with structured denials, where nothing has run', () => {
    const denial = (of: OnBehalfOfError, structuredDenials?: boolean) =>
      challengeResult(of, { ...OPTIONS, structuredDenials })._meta?.[
        'io.modelcontextprotocol/authorization'
      ]
    const reason = 'insufficient_authorization'
    expect(denial(scopeMissing, true)).toEqual({ reason, remediation: 'available' })
    expect(denial(permissionMissing, true)).toEqual({ reason, remediation: 'unavailable' })
    const whileRunning = failure('insufficient_scope', { reason: 'downstream_scope_denied' })
    expect(denial(whileRunning, true)).toBeUndefined()
    expect([denial(scopeMissing), denial(permissionMissing, false)]).toEqual([undefined, undefined])
  })
})
