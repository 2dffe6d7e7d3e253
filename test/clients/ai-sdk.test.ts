import { aiSdk } from './parts/ai-sdk.js'
import { scenarios } from './parts/scenarios.js'
import { Suite } from './parts/suite.js'

const suite = new Suite('AI SDK')

scenarios(suite, {
  name: 'as it comes',
  connect: aiSdk({ protocol: 'discovered', stepUp: 'nobody' }),
  revision: '2026-07-28',
  stepsUp: false,
})

scenarios(suite, {
  name: 'its application steps up',
  connect: aiSdk({ protocol: 'discovered', stepUp: 'application' }),
  revision: '2026-07-28',
  stepsUp: true,
})

scenarios(suite, {
  name: '`protocolVersionDiscovery: false`, its application steps up',
  connect: aiSdk({ protocol: 'legacy', stepUp: 'application' }),
  revision: '2025-11-25',
  stepsUp: true,
  opensStream: true,
})

suite.compare()
