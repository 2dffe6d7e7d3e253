import type { BrokenServer } from './broken/broken-server.js'
import { CHALLENGE_FAULTS } from './broken/challenge.js'
import { ENDPOINT_FAULTS } from './broken/endpoint.js'
import { RESOURCE_FAULTS } from './broken/resource.js'
import { SERVER_FAULTS } from './broken/server.js'
import { SIGN_IN_FAULTS } from './broken/sign-in.js'

/** Servers with one thing wrong each. */
export const BROKEN_SERVERS: readonly BrokenServer[] = [
  ...ENDPOINT_FAULTS,
  ...CHALLENGE_FAULTS,
  ...RESOURCE_FAULTS,
  ...SERVER_FAULTS,
  ...SIGN_IN_FAULTS,
]
