import { inspectorCli } from './parts/inspector-cli.js'
import { scenarios } from './parts/scenarios.js'
import { Suite } from './parts/suite.js'

const suite = new Suite('MCP Inspector, command line')

// It has a refresh token, tries it instead of the person, and ends with an error.
scenarios(suite, {
  name: 'server on the command line',
  connect: inspectorCli({ era: 'legacy', from: 'command line' }),
  revision: '2025-11-25',
  stepsUp: false,
})

scenarios(suite, {
  name: 'server in its configuration, `--protocol-era legacy`',
  connect: inspectorCli({ era: 'legacy', from: 'configuration' }),
  revision: '2025-11-25',
  stepsUp: true,
})

scenarios(suite, {
  name: 'server in its configuration, `--protocol-era modern`',
  connect: inspectorCli({ era: 'modern', from: 'configuration' }),
  revision: '2026-07-28',
  stepsUp: true,
})

suite.compare()
