import type { AuthInfo } from '@modelcontextprotocol/server'
import { describe, expect, test } from 'vitest'
import { keepVerdicts, permittedVerdict } from '../../../src/policy/call-verdicts.js'
import { policyOnTool } from '../../../src/tools/policy-on-tool.js'

const CALL = { tool: 'greet', messageId: 1 }
const NOT_DECIDED = { code: 'policy_unavailable', details: { reason: 'not_decided' } }
const request = (): AuthInfo => ({ token: 't', clientId: 'c', scopes: [] })

const thrown = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('a call that no policy has decided about', () => {
  test('may be made where there is no policy', () => {
    const verdict = permittedVerdict(request(), { ...CALL, hasPolicy: false })
    expect(verdict).toEqual({ kind: 'allowed' })
  })

  test('is not made where there is one', () => {
    for (const where of [undefined, request()]) {
      const failure = thrown(() => permittedVerdict(where, { ...CALL, hasPolicy: true }))
      expect(failure).toMatchObject(NOT_DECIDED)
    }
  })

  test('is not made where another call of the request was decided', () => {
    const decided = request()
    keepVerdicts(decided, [{ ...CALL, verdict: { kind: 'allowed' } }])
    for (const other of [
      { tool: 'greet', messageId: 2 },
      { tool: 'greet', messageId: '1' },
      { tool: 'whoami', messageId: 1 },
    ]) {
      const failure = thrown(() => permittedVerdict(decided, { ...other, hasPolicy: false }))
      expect(failure).toMatchObject(NOT_DECIDED)
    }
  })

  test('has no token exchanged', () => {
    expect(policyOnTool(request(), 'greet', true)).toMatchObject({ failure: NOT_DECIDED })
    expect(policyOnTool(request(), 'greet', false)).toEqual({ waits: false })
  })
})
