/** The version of this package; a test holds it equal to package.json. */
export const VERSION = '0.1.0'

/** What this server calls itself towards clients and people. */
export const SERVER_NAME = 'mcp-on-behalf-of'

/** What we call ourselves on requests to the authorization server and the API (RFC 9110 §10.1.5). */
export const USER_AGENT = `${SERVER_NAME}/${VERSION}`
