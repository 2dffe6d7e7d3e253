/**
 * The development set-up as parts, for tests: `mcp-on-behalf-of-dev`. Everything runs on this machine and trusts anyone;
 * importing it starts nothing and reads no environment.
 */

export {
  createAuthorizationServer,
  type AuthorizationServer,
  type AuthorizationServerEvent,
  type AuthorizationServerOptions,
} from './authorization-server/authorization-server.js'
export { DEFAULT_BEHAVIORS, type Behaviors } from './authorization-server/behaviors.js'
export {
  DirectoryError,
  loadDirectory,
  parseDirectory,
  type Directory,
} from './authorization-server/directory.js'
export { type RunningMcpServer } from './development/attach-mcp-server.js'
export { runDevelopmentCommand } from './development/command.js'
export { obtainToken, type ObtainTokenOptions } from './development/obtain-token.js'
export { signIn, SignInError, type SignInOptions } from './development/sign-in.js'
export {
  startDirectory,
  type RunningDirectory,
  type StartDirectoryOptions,
} from './development/start-directory.js'
export {
  startEntraStandIn,
  type EntraStandIn,
  type EntraStandInOptions,
} from './identity-providers/entra/entra-stand-in.js'
export {
  startKeycloakStandIn,
  type KeycloakStandIn,
  type KeycloakStandInOptions,
} from './identity-providers/keycloak/keycloak-stand-in.js'
export {
  startOktaStandIn,
  type OktaStandIn,
  type OktaStandInOptions,
} from './identity-providers/okta/okta-stand-in.js'
export { createDownstreamApi, type DownstreamApiOptions } from './downstream-api/downstream-api.js'
