import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { startReloadServer, type Operations } from './reload-server.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const MIB = 1024 * 1024
/** A set of these tools that stays behind costs several hundred kilobytes. */
const OPERATIONS = 100
const SWAPS = 200

function operations(round: number): Operations {
  return Object.fromEntries(
    Array.from({ length: OPERATIONS }, (_, index) => [
      `get /things/${index} read_${round % 2}_${index}`,
      ['read'],
    ]),
  )
}

test('Hundreds of swaps leave no set of tools behind in memory', async () => {
  const server = await startReloadServer(operations(0))
  const swapOften = async (rounds: number): Promise<number> => {
    for (let round = 1; round <= rounds; round += 1) {
      server.put(operations(round))
      expect(await server.reloadTools()).toEqual({ changed: true, faults: [] })
    }
    await server.call('read_0_1', 'read')
    server.log.lines.length = 0
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = await swapOften(20)
  const after = await swapOften(SWAPS)
  expect((after - before) / MIB).toBeLessThan(20)
})
