import { vi } from 'vitest'
import type { Environment } from '../../../src/config/config.js'
import { callTool, postMcp, type TestResponse } from '../../helpers/mcp-requests.js'
import {
  startBackends,
  startMcpServer,
  type McpServerOptions,
  type TestServer,
} from '../../helpers/start-mcp-server.js'
import { toolAnswer, type ToolAnswer } from '../../helpers/tool-answer.js'
import type { TestIssuer } from '../../helpers/test-issuer.js'
import { portTo } from './redis-port.js'
import { startRedis, type RedisServer } from './redis-server.js'

/** The public URL of all instances, as behind a load balancer. */
export const PUBLIC_URL = 'https://fleet.example/mcp'
/** Of 32 bytes, in base64. */
export const STORE_KEY = Buffer.alloc(32, 7).toString('base64')

/** Instances of the standalone server behind one public URL, which share a Redis, an issuer and an API. */
export interface Fleet {
  readonly first: TestServer
  readonly second: TestServer
  /** Starts one more. */
  readonly startAnother: () => Promise<TestServer>
  readonly redis: RedisServer
  /** How all of them reach it. */
  readonly storeUrl: string
  readonly issuer: TestIssuer
  /** A token of a user, for the public URL. */
  readonly mint: (claims?: Readonly<Record<string, unknown>>) => Promise<string>
}

export interface FleetOptions extends Omit<McpServerOptions, 'environment' | 'issuer'> {
  readonly environment?: Environment
  readonly redisArgs?: readonly string[]
  /** Whether there is a Redis when the servers start. Default true. */
  readonly redisIsThere?: boolean
}

export async function startFleet({
  environment,
  redisArgs,
  redisIsThere = true,
  api: given,
  ...options
}: FleetOptions = {}): Promise<Fleet> {
  const redis = await startRedis(redisArgs)
  if (!redisIsThere) await redis.kill()
  const { issuer, api } = await startBackends(given === undefined ? {} : { api: given })
  const storeUrl = `redis://127.0.0.1:${await portTo(redis.path)}`
  const settings = {
    MCP_SERVER_URL: new URL(PUBLIC_URL).origin,
    AUTH0_AUDIENCE: PUBLIC_URL,
    ...{ STORE_URL: storeUrl, STORE_KEY, INSTANCES: '2', METRICS_PORT: '0' },
    ...environment,
  }
  const start = (): Promise<TestServer> =>
    startMcpServer({ ...options, environment: settings, issuer, api })
  const [first, second] = [await start(), await start()]
  if (redisIsThere) await untilLogged([first, second], 'store_available')
  return {
    ...{ first, second, redis, storeUrl, issuer, startAnother: start },
    mint: (claims = {}) =>
      issuer.mint(PUBLIC_URL, {
        claims: { iat: Math.floor(Date.now() / 1_000) - 300, ...claims },
      }),
  }
}

/** Until each instance has logged an event so often. */
export async function untilLogged(
  servers: readonly TestServer[],
  event: string,
  times = 1,
): Promise<void> {
  await vi.waitUntil(() => servers.every(({ log }) => log.named(event).length >= times), {
    timeout: 60_000,
  })
}

/** Posts to one instance, as the load balancer does: with the public host. */
export function postTo(
  { origin }: Pick<TestServer, 'origin'>,
  message: unknown,
  { headers, ...options }: Parameters<typeof postMcp>[2] = {},
): Promise<TestResponse> {
  const { host } = new URL(PUBLIC_URL)
  return postMcp(new URL('/mcp', origin), message, {
    ...options,
    headers: { Host: host, ...headers },
  })
}

/** Calls `greet`, which needs a token for the API. */
export async function greetBy(
  server: Pick<TestServer, 'origin'>,
  token: string,
): Promise<ToolAnswer> {
  return toolAnswer(await postTo(server, callTool('greet'), { token }))
}
