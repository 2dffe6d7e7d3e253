import { mcpRemote } from './parts/mcp-remote.js'
import { scenarios } from './parts/scenarios.js'
import { Suite } from './parts/suite.js'

const suite = new Suite('mcp-remote')

scenarios(suite, {
  name: 'as it comes',
  connect: mcpRemote(),
  revision: '2025-11-25',
  stepsUp: true,
  opensStream: true,
})

scenarios(suite, {
  name: '`--protocol auto`',
  connect: mcpRemote('--protocol', 'auto'),
  revision: '2026-07-28',
  stepsUp: true,
})

suite.compare()
