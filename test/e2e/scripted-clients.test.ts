import { describe, expect, test } from 'vitest'
import { attempt } from '../clients/scripted/attempt.js'
import { SCRIPTED_CLIENTS } from '../clients/scripted/clients.js'
import { scriptedResults, writeScriptedResults, type Attempt } from '../clients/scripted/results.js'

const measured = new Map<string, Attempt[]>()

describe.each(SCRIPTED_CLIENTS)('$name', (client) => {
  const tries = [
    ...client.scenarios.map((scenario) => ({ scenario, remedy: undefined, setting: 'no setting' })),
    ...(client.remedies ?? []).map((remedy) => ({ ...remedy, remedy })),
  ]

  test.each(tries)(
    '$scenario with $setting: greet is answered by the API, or the person is told why not',
    async ({ scenario, remedy }) => {
      const result = await attempt(client, scenario, remedy)
      measured.set(client.name, [...(measured.get(client.name) ?? []), result])
      expect(result.outcome === 'answered' || result.told !== '').toBe(true)
    },
  )
})

test('the committed results are those measured (WRITE_RESULTS=1 writes them anew)', async () => {
  const results = Object.fromEntries(measured)
  await writeScriptedResults(results)
  expect(scriptedResults()).toEqual(results)
})
