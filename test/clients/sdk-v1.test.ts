import { scenarios } from './parts/scenarios.js'
import { sdkV1 } from './parts/sdk-v1.js'
import { Suite } from './parts/suite.js'

const suite = new Suite('MCP SDK v1')
const revision = '2025-11-25'

// Challenged for more scopes it refreshes, gets the old ones again, is challenged again, and gives up.
scenarios(suite, {
  name: 'with refresh tokens',
  connect: sdkV1({ refreshes: true, applicationStepsUp: false }),
  revision,
  stepsUp: false,
  opensStream: true,
})

scenarios(suite, {
  name: 'with refresh tokens, its application steps up',
  connect: sdkV1({ refreshes: true, applicationStepsUp: true }),
  revision,
  stepsUp: true,
  opensStream: true,
})

scenarios(suite, {
  name: 'without refresh tokens',
  connect: sdkV1({ refreshes: false, applicationStepsUp: false }),
  revision,
  stepsUp: true,
  refreshes: false,
  opensStream: true,
})

suite.compare()
