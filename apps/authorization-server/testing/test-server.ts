import {
  type AuthorizationServer,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from '../authorization-server.js'
import { type Behaviors, DEFAULT_BEHAVIORS } from '../behaviors.js'
import { type Fault, injectFaults } from './fault-injection.js'

/** What a test may change while the server runs; it counts from the next request on. */
export type Switches = { -readonly [Name in keyof Behaviors]: Behaviors[Name] } & {
  /** What goes wrong on the way to an endpoint. Default: nothing. */
  fault: Fault | undefined
}

/** The documented behaviour, or else the likeliest, and no fault. */
export const DEFAULT_SWITCHES: Readonly<Switches> = Object.freeze({
  ...DEFAULT_BEHAVIORS,
  fault: undefined,
})

export type TestAuthorizationServerOptions = Omit<
  AuthorizationServerOptions,
  'behaviors' | 'middleware'
> & {
  /** What differs from `DEFAULT_SWITCHES` at the start. */
  readonly switches?: Partial<Switches> | undefined
}

export interface TestAuthorizationServer extends AuthorizationServer {
  readonly switches: Switches
}

/** Creates a development authorization server whose behaviours and faults a test can switch. */
export async function createTestAuthorizationServer({
  switches: given,
  ...options
}: TestAuthorizationServerOptions): Promise<TestAuthorizationServer> {
  const switches: Switches = { ...DEFAULT_SWITCHES, ...given }
  const server = await createAuthorizationServer({
    ...options,
    behaviors: switches,
    middleware: injectFaults(switches),
  })
  return { ...server, switches }
}
