import { expect, test } from 'vitest'
import { BROKEN_SERVERS } from './broken-servers.js'
import { examine } from './examine.js'
import { startWorld } from './world.js'

test.each(BROKEN_SERVERS)(
  'names $id, and nothing else, where $name',
  async ({ parts, args, id, fails }) => {
    const { endpoint } = await startWorld(parts)
    const { report, failing, exitCode } = await examine(endpoint, args)
    expect(report.problems.map((problem) => problem.id)).toEqual([id])
    expect(failing).toEqual(fails)
    expect(exitCode).toBe(fails.length === 0 ? 0 : fails.length === report.clients.length ? 3 : 1)
  },
)
