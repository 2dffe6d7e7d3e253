/**
 * The ready server as parts, for a process of one's own: `mcp-on-behalf-of/server`. Importing it starts
 * nothing and reads no environment; `readEnvironment` does when it is called.
 */

export { createApp, type App, type AppParts } from './app.js'
export { composeServer, type ComposedServer, type ComposeOptions } from './compose.js'
export {
  ConfigError,
  isUnconfigured,
  parseConfig,
  readEnvironment,
  type Config,
  type ConfigFault,
  type Environment,
} from './config.js'
export type { EdgePolicy } from './edge-policy.js'
export { createProcessLog, type ProcessLogOptions } from './process-log.js'
export { serve, type ListeningServer, type ServeOptions } from './serve.js'
export { createToolRegistry, type ToolRegistry } from './tools/registry.js'
export {
  defineTool,
  type DownstreamTool,
  type DownstreamToolContext,
  type LocalTool,
  type Tool,
  type ToolContext,
} from './tools/tool.js'
