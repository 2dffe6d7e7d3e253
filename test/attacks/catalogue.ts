import { algorithms } from './algorithms.js'
import { apiAccess } from './api-access.js'
import type { Attack } from './attack.js'
import { audiences, singleCharacterChanges } from './audiences.js'
import { authorizationHeaders } from './authorization-headers.js'
import { bodies } from './bodies.js'
import { boundTokens, callers } from './callers.js'
import { credentialsElsewhere, credentialsTwice } from './credentials-elsewhere.js'
import { dpop } from './dpop.js'
import { embeddedKeys } from './embedded-keys.js'
import { framing } from './framing.js'
import { headerMembers } from './header-members.js'
import { hostAndOriginValidation } from './hosts-and-origins.js'
import { issuers } from './issuers.js'
import { malformedClaims } from './malformed-claims.js'
import { malformedTokens } from './malformed-tokens.js'
import { times } from './times.js'
import { tokenKinds } from './token-kinds.js'
import { toolAccess } from './tool-access.js'

/** The audiences for which attacks are made: with letters in both cases, a path, and a slash behind one. */
export const MCP_AUDIENCE = 'https://mcp.example.com/Tools'
export const API_AUDIENCE = 'https://api.example.com/V1/'

export interface Theme {
  readonly title: string
  readonly attacks: readonly Attack[]
}

const forEveryServer: readonly Theme[] = [
  { title: 'algorithms', attacks: algorithms },
  { title: 'keys that come with the token', attacks: embeddedKeys },
  { title: 'header members and key ids', attacks: headerMembers },
  { title: 'malformed tokens', attacks: malformedTokens },
  { title: 'times', attacks: times },
  { title: 'audiences', attacks: audiences },
  { title: 'issuers', attacks: issuers },
  { title: 'tokens of other kinds', attacks: tokenKinds },
  { title: 'bound tokens as plain bearer', attacks: boundTokens },
  { title: 'DPoP proofs', attacks: dpop },
  { title: 'credentials in other places', attacks: credentialsElsewhere },
  { title: 'Authorization headers', attacks: authorizationHeaders },
  { title: 'framing, paths and methods', attacks: framing },
]

export const mcpThemes: readonly Theme[] = [
  ...forEveryServer,
  { title: 'audiences, character by character', attacks: singleCharacterChanges(MCP_AUDIENCE) },
  { title: 'callers', attacks: callers },
  { title: 'credentials twice', attacks: credentialsTwice },
  { title: 'hosts and origins', attacks: hostAndOriginValidation },
  { title: 'bodies', attacks: bodies },
  { title: 'tools without their scope', attacks: toolAccess },
  { title: 'malformed claims', attacks: malformedClaims },
]

export const apiThemes: readonly Theme[] = [
  ...forEveryServer,
  { title: 'audiences, character by character', attacks: singleCharacterChanges(API_AUDIENCE) },
  { title: 'scopes', attacks: apiAccess },
]
