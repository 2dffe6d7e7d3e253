import { GOOD } from './good-settings.js'

/** The tenant of `ENTRA`; with letters, which can be in upper case. */
export const TENANT = 'aaaaaaaa-2222-3333-4444-555555555555'
/** Another tenant. */
export const OTHER = 'bbbbbbbb-2222-3333-4444-555555555555'
/** Where `TENANT` issues tokens of version 2. */
export const V2 = `https://login.microsoftonline.com/${TENANT}/v2.0`
/** The application id of the API. */
export const APP = '44444444-5555-6666-7777-888888888888'

/** Settings of a server at Entra with which everything is right. */
export const ENTRA = {
  ...GOOD,
  AUTH0_DOMAIN: undefined,
  ISSUER_BASE_URL: V2,
  AUTH0_AUDIENCE: 'https://mcp.example.com/mcp',
  MCP_SERVER_URL: 'https://mcp.example.com',
  API_AUTH0_AUDIENCE: `api://${APP}`,
}
