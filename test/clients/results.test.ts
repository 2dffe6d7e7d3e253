import { expect, test } from 'vitest'
import { CLIENTS } from './parts/clients.js'
import { committedResults } from './parts/results.js'

test('the results are of the clients of this suite, and of the installed versions', () => {
  const versions = Object.entries(committedResults()).map(([name, { version }]) => [name, version])
  const installed = Object.entries(CLIENTS).map(([name, version]) => [name, version()])
  expect(Object.fromEntries(versions)).toEqual(Object.fromEntries(installed))
})
