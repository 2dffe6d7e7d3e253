import { z } from 'zod'
import * as values from './config-values.js'

/** One setting of the environment: what it means, and how its text becomes a value. */
export interface Setting<T> {
  readonly description: string
  readonly schema: z.ZodType<T, string>
  readonly example: string
  /** The text that stands for an absent value. */
  readonly fallback?: string
}

function setting<T>(definition: Setting<T>): Setting<T> {
  return definition
}

/** Every variable that is read, in the order of the documentation. The names are those of Auth0's quickstart. */
export const SETTINGS = {
  AUTH0_DOMAIN: setting({
    description:
      "The Auth0 tenant's domain or custom domain. Either this or ISSUER_BASE_URL has to be set.",
    schema: values.domain,
    example: 'example.eu.auth0.com',
  }),
  ISSUER_BASE_URL: setting({
    description:
      'The issuer identifier of any other authorization server, exactly as it stands in its metadata and in `iss`, a trailing slash included.',
    schema: values.issuerUrl,
    example: 'https://login.example.com',
  }),
  AUTH0_AUDIENCE: setting({
    description:
      "This MCP server's resource identifier: the `aud` of the tokens it accepts, byte for byte. A trailing slash matters.",
    schema: values.identifier,
    example: 'http://localhost:3001/',
  }),
  PORT: setting({
    description: 'The port to listen on.',
    schema: values.port,
    example: '3001',
    fallback: '3001',
  }),
  HOST: setting({
    description: 'The address to listen on. 0.0.0.0 opens the server to other machines.',
    schema: z.string(),
    example: '127.0.0.1',
    fallback: '127.0.0.1',
  }),
  MCP_SERVER_URL: setting({
    description:
      'The public URL under which clients reach this server; the MCP endpoint is /mcp below it. A trailing slash is meaningless. Default: http://localhost:PORT.',
    schema: values.baseUrl,
    example: 'http://localhost:3001',
  }),
  MCP_BASELINE_SCOPES: setting({
    description:
      'The scopes a client is told to ask for at sign-in, separated by spaces. More are asked for when a tool needs them.',
    schema: values.scopeList,
    example: 'tool:whoami tool:greet',
    fallback: 'tool:whoami tool:greet',
  }),
  MCP_AUTH0_CLIENT_ID: setting({
    description: 'The OAuth client as which this server exchanges tokens.',
    schema: z.string(),
    example: 'Zk3…',
  }),
  MCP_AUTH0_CLIENT_SECRET: setting({
    description: 'The secret of that client.',
    schema: values.secret,
    example: '…',
  }),
  MCP_AUTH0_SUBJECT_TOKEN_TYPE: setting({
    description:
      'Set for Auth0 Custom Token Exchange: the subject token type of the profile. Empty for On-Behalf-Of and RFC 8693.',
    schema: z.string(),
    example: 'urn:example:mcp',
  }),
  MCP_AUTH0_EXCHANGE_SCOPE: setting({
    description:
      'The most that any exchange may ask for, separated by spaces. Each exchange asks for what its tool declares, and for nothing outside this list. Sign-in scopes (openid, offline_access, …) are ignored.',
    schema: values.scopeList,
    example: 'read:private',
  }),
  API_AUTH0_AUDIENCE: setting({
    description:
      "The protected API's identifier at the authorization server, byte for byte. A trailing slash matters.",
    schema: values.identifier,
    example: 'http://localhost:8787/',
  }),
  API_BASE_URL: setting({
    description: 'Where the protected API is. A trailing slash is meaningless.',
    schema: values.baseUrl,
    example: 'http://localhost:8787',
  }),
  EXCHANGE_TIMEOUT_MS: setting({
    description: 'The deadline of one token exchange, in milliseconds.',
    schema: values.positiveInteger(100, 60_000),
    example: '5000',
    fallback: '5000',
  }),
  API_TIMEOUT_MS: setting({
    description: 'The deadline of one call of the API, in milliseconds.',
    schema: values.positiveInteger(100, 120_000),
    example: '10000',
    fallback: '10000',
  }),
  LOG_LEVEL: setting({
    description: 'The least severe log lines to write.',
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be debug, info, warn, error or silent',
    }),
    example: 'info',
    fallback: 'info',
  }),
  DANGEROUSLY_ALLOW_HTTP: setting({
    description:
      'Accepts plain-http URLs beyond this machine. Tokens then travel unencrypted: for closed test networks only.',
    schema: z.enum(['true', 'false'], { error: 'must be true or false' }),
    example: 'false',
    fallback: 'false',
  }),
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

/** The settings as values; `undefined` for what is absent or faulty. */
export type SettingValues = {
  readonly [K in SettingName]: z.output<(typeof SETTINGS)[K]['schema']> | undefined
}
