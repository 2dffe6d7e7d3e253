import { scenarios } from './parts/scenarios.js'
import { sdkV2 } from './parts/sdk-v2.js'
import { Suite } from './parts/suite.js'

const suite = new Suite('MCP SDK v2')

scenarios(suite, {
  name: 'mode `auto`',
  connect: sdkV2('auto'),
  revision: '2026-07-28',
  stepsUp: true,
})

scenarios(suite, {
  name: 'pinned to 2026-07-28',
  connect: sdkV2({ pin: '2026-07-28' }),
  revision: '2026-07-28',
  stepsUp: true,
})

scenarios(suite, {
  name: 'mode `legacy`',
  connect: sdkV2('legacy'),
  revision: '2025-11-25',
  stepsUp: true,
  opensStream: true,
})

suite.compare()
