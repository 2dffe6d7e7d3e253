import { expect, test } from 'vitest'
import { parseConfig } from '../../../src/config/config.js'
import { GOOD } from './good-settings.js'

test('parseConfig has no metrics without METRICS_PORT, and with it serves them on this machine alone unless told otherwise', () => {
  expect(parseConfig(GOOD).metrics).toBeUndefined()
  const METRICS_PORT = '9464'
  expect(parseConfig({ ...GOOD, METRICS_PORT }).metrics).toEqual({
    ...{ host: '127.0.0.1', port: 9464 },
  })
  const environment = { ...GOOD, METRICS_PORT, METRICS_HOST: '0.0.0.0' }
  expect(parseConfig(environment).metrics).toEqual({ host: '0.0.0.0', port: 9464 })
})
