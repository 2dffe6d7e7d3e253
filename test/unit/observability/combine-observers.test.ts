import { expect, test } from 'vitest'
import { combineObservers } from '../../../src/observability/combine-observers.js'
import { processWarnings } from '../../helpers/process-warnings.js'

test('an asynchronous observer that rejects does not end the process, and is a warning of it', async () => {
  const warnings = processWarnings()
  const unhandled: unknown[] = []
  const note = (reason: unknown): number => unhandled.push(reason)
  process.on('unhandledRejection', note)
  const rejects: () => unknown = () => Promise.reject(new Error('no'))
  const combined = combineObservers([{ auditDropped: rejects }])
  combined?.auditDropped?.({ atMs: 0 })
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
  expect(warnings.map(({ code }) => code)).toEqual(['MCP_ON_BEHALF_OF_OBSERVER'])
})
