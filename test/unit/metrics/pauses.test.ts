import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { createPauses } from '../../../src/metrics/pauses.js'
import { seriesIn } from '../../helpers/prometheus-text.js'

test('a pause of exchanges is shown until it is over, and not for longer because the clock was set back', async () => {
  const registry = new Registry()
  const time = { now: 1_000_000_000 }
  const pauses = createPauses('paused', { registers: [registry], clock: () => time.now })
  const shown = async () => seriesIn(await registry.metrics()).map(({ value }) => value)
  pauses.set('https://as.example/', time.now + 60_000)
  expect(await shown()).toEqual([1])
  time.now -= 3_600_000
  expect(await shown()).toEqual([0])
  time.now += 3_600_000 + 59_999
  expect(await shown()).toEqual([1])
  time.now += 1
  expect(await shown()).toEqual([0])
})
