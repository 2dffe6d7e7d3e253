import type { Environment } from '../../../src/config/config.js'
import {
  startBackends,
  startMcpServer,
  type McpServerOptions,
  type TestServer,
} from '../../helpers/start-mcp-server.js'

/** Master keys of tests: 32 bytes in base64. */
export const STORE_KEY = Buffer.alloc(32, 7).toString('base64')

/** The settings of a server that shares a store. Redis listens at a port: the settings name no socket. */
export function storeSettings(port: number, more: Environment = {}): Environment {
  return {
    STORE_URL: `redis://127.0.0.1:${port}`,
    ...{ STORE_KEY, INSTANCES: '2', METRICS_PORT: '0' },
    ...more,
  }
}

/** Two instances of the standalone server behind one public address, which share a store, an issuer and an API. */
export async function startInstances(
  environment: Environment,
  options: Omit<McpServerOptions, 'environment' | 'issuer' | 'api'> = {},
): Promise<{ readonly first: TestServer; readonly second: TestServer }> {
  const { issuer, api } = await startBackends({})
  const audience = 'https://fleet.example/mcp'
  const shared = { ...options, issuer, api }
  const settings = { AUTH0_AUDIENCE: audience, ...environment }
  const first = await startMcpServer({ ...shared, environment: settings })
  const second = await startMcpServer({ ...shared, environment: settings })
  return { first, second }
}
