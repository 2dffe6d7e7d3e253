import express from 'express'
import request from 'supertest'
import { expect, test } from 'vitest'
import { createWiringCheck } from '../../../middleware/wiring-check.js'
import { ManualClock } from '../../helpers/exchange-clock.js'
import { RecordingLog } from '../../helpers/recording-log.js'
import { ENDPOINT } from './protected-app.js'

test.each([
  ['below a path, where clients do not ask', '/v1', 1],
  ['at the root', '/', 0],
])(
  'metadata that somebody asked for %s is told about as often as it is out of reach: %s, %i times',
  async (_, path, times) => {
    const [log, { timers }] = [new RecordingLog(), new ManualClock()]
    const { metadata, protect } = createWiringCheck({ endpoint: ENDPOINT, log, timers })
    const app = express()
    app.use(path, metadata)
    app.use(protect, (_req, res) => {
      res.set('WWW-Authenticate', 'Bearer').status(401).end()
    })
    for (const asked of [path, '/mcp', '/mcp', '/mcp']) await request(app).get(asked)
    expect(log.named('metadata_not_reached')).toHaveLength(times)
  },
)
