/** The steps of a client that connects, in their order. Stable, for machines. */
export const STEPS = {
  endpoint: 'ask the endpoint without a token',
  challenge: 'read the challenge',
  resource_metadata: "read the server's metadata",
  resource: 'compare the resource with the URL',
  server_metadata: "read the authorization server's metadata",
  server: 'check what the authorization server supports',
  registration: 'become a client',
  authorization: 'open the sign-in page',
  token: 'ask for a token',
  tools: 'list the tools',
} as const

export type StepName = keyof typeof STEPS

/** The number of a step, from 1. */
export function stepNumber(step: StepName): number {
  return Object.keys(STEPS).indexOf(step) + 1
}
