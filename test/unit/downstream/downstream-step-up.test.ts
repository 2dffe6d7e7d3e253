import type { AuthInfo } from '@modelcontextprotocol/server'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  downstreamStepUp,
  setPendingStepUp,
  consumePendingStepUp,
} from '../../../src/downstream/downstream-step-up.js'
import { FAILURE_CODES, OnBehalfOfError, type FailureCode } from '../../../src/failures/errors.js'
import { missingScopes } from '../../../src/scopes.js'
import { callerOf } from '../../helpers/exchange-requests.js'

const denied = new OnBehalfOfError('downstream_scope_denied')
const STEP_UP_CODES: readonly FailureCode[] = ['downstream_scope_denied', 'consent_required']

describe('downstreamStepUp', () => {
  const mapping = { tool: 'write', requiredScopes: ['tool:greet'], stepUp: ['tool:write'] }

  test('downstreamStepUp asks for everything that the operation needs and the client has, in one go', () => {
    const caller = callerOf({ scopes: ['tool:greet', 'tool:other'] })
    const stepUp = downstreamStepUp(denied, caller, mapping)
    expect(stepUp?.code).toBe('insufficient_scope')
    expect(stepUp?.details.scopes).toEqual(['tool:greet', 'tool:write', 'tool:other'])
    expect(stepUp?.details.description).toContain('tool:write')
    expect(stepUp?.cause).toBe(denied)
    expect(stepUp?.details.log).toEqual({
      ...{ tools: ['write'], missing: ['tool:write'] },
      ...{ subject: 'auth0|alice', clientId: 'some-client' },
    })
  })

  test.each(STEP_UP_CODES)('downstreamStepUp asks for more scopes on %s', (code) => {
    expect(downstreamStepUp(new OnBehalfOfError(code), callerOf(), mapping)).toBeDefined()
  })

  test('downstreamStepUp asks for more scopes on no other failure', () => {
    for (const code of FAILURE_CODES.filter((other) => !STEP_UP_CODES.includes(other))) {
      expect(downstreamStepUp(new OnBehalfOfError(code), callerOf(), mapping)).toBeUndefined()
    }
  })

  test('downstreamStepUp is not there where the tool says nothing', () => {
    const silent = { tool: 'write', requiredScopes: ['tool:greet'] }
    expect(downstreamStepUp(denied, callerOf(), silent)).toBeUndefined()
    expect(downstreamStepUp(denied, callerOf(), { ...silent, stepUp: [] })).toBeUndefined()
  })

  test('downstreamStepUp never challenges a caller that has all it could be asked for', () => {
    const scopes = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'))
    fc.assert(
      fc.property(scopes, scopes, scopes, (requiredScopes, stepUp, have) => {
        const caller = callerOf({ scopes: have })
        const found = downstreamStepUp(denied, caller, { tool: 'a', requiredScopes, stepUp })
        expect(found !== undefined).toBe(missingScopes(stepUp, have).length > 0)
        const asked = found?.details.scopes
        if (asked !== undefined) expect(missingScopes([...stepUp, ...have], asked)).toEqual([])
      }),
    )
  })
})

describe('a step-up that is left for a request', () => {
  const authInfo = (): AuthInfo => ({ token: 'x', clientId: 'c', scopes: [] })

  test('a step-up that is left for a request is taken once', () => {
    const request = authInfo()
    setPendingStepUp(request, denied)
    expect(consumePendingStepUp(request)).toBe(denied)
    expect(consumePendingStepUp(request)).toBeUndefined()
  })

  test('a step-up that is left for a request is not for another request, equal as it may be', () => {
    setPendingStepUp(authInfo(), denied)
    expect(consumePendingStepUp(authInfo())).toBeUndefined()
    expect(consumePendingStepUp(undefined)).toBeUndefined()
  })
})
