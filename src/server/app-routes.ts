import express, { type Express, type RequestHandler } from 'express'
import { inSequence } from '../../middleware/in-sequence.js'
import { notFound } from '../../middleware/not-found.js'
import { healthRoute } from '../../routes/health.js'
import { homePageRoute, type HomePageOptions } from '../../routes/home.js'
import type { McpRoute } from '../../routes/mcp.js'
import { readinessRoute } from '../../routes/readiness.js'
import type { ResourceDescription } from '../http/protected-resource-metadata.js'
import type { ComposedOnBehalfOf } from '../on-behalf-of/on-behalf-of.js'
import { ofCurrentTools, type ToolSets } from '../tools/tool-set.js'
import { SERVER_NAME, VERSION } from '../version.js'
import type { OfferedTools, ServedTools } from './served-tools.js'

/** What routes take from the options of an app. */
export interface RouteOptions {
  /** The public URL of the MCP endpoint. */
  readonly endpoint: URL
  /** As Express has it. Default 0. */
  readonly trustProxy?: number | readonly string[] | undefined
  /** Default false. */
  readonly homePage?: boolean | undefined
  /** What the page tells people to type for a token. */
  readonly tokenCommand?: string | undefined
}

/** What the routes of an app lead to. */
export interface AppParts {
  readonly toolSets: ToolSets<ServedTools>
  readonly front: ComposedOnBehalfOf
  readonly mcp: McpRoute
  /** Where users approve calls, and where this server hears of sign-outs. */
  readonly pages: readonly RequestHandler[]
}

/** The routes of an app, in their order. */
export function routesOf(
  options: RouteOptions,
  { toolSets, front, pages, mcp }: AppParts,
): Express {
  const { endpoint } = options
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.set('trust proxy', options.trustProxy ?? 0)
  // First, so that no call pays for what is not meant for it: `protect` brings along what stands in front of it below.
  app.route(endpoint.pathname).all(inSequence([front.protect, mcp.handler]))
  app.use(front.context)
  app.use(healthRoute(basePathOf(endpoint)))
  app.use(readinessRoute(front.readiness, basePathOf(endpoint)))
  app.use(front.metadata)
  app.use(front.guard)
  for (const routes of pages) app.use(routes)
  if (options.homePage === true) {
    const page = ofCurrentTools(toolSets, ({ registry: { tools }, offered: { toolGroups } }) =>
      homePageRoute(homePageOptions(options, { tools, toolGroups }, front.resource())),
    )
    app.use((req, res, next) => {
      page()(req, res, next)
    })
  }
  app.use(notFound(endpoint))
  app.use(front.errors)
  return app
}

/** What stands in front of `/mcp`; empty at the root. */
function basePathOf({ pathname }: URL): string {
  return pathname.replace(/\/[^/]*$/, '')
}

function homePageOptions(
  { endpoint, tokenCommand }: RouteOptions,
  { tools, toolGroups = {} }: Pick<OfferedTools, 'tools' | 'toolGroups'>,
  resource: ResourceDescription,
): HomePageOptions {
  return {
    endpoint,
    resource,
    tools: tools.map((tool) => ({ ...tool, group: toolGroups[tool.name] })),
    tokenCommand,
    name: SERVER_NAME,
    version: VERSION,
    healthUrl: new URL('/healthz', endpoint),
  }
}
