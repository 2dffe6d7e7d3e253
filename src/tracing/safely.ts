import { warnProcess } from '../logging/process-warning.js'

/** The result; `undefined` where the tracing fails, which ends no call and is a warning of the process. */
export function safely<T>(trace: () => T): T | undefined {
  try {
    return trace()
  } catch {
    warnProcess(FAILED, 'MCP_ON_BEHALF_OF_TRACING')
    return undefined
  }
}

const FAILED = 'OpenTelemetry failed under mcp-on-behalf-of: spans are missing from its traces.'
