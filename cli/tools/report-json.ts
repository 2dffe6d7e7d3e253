import type { OpenApiReport } from '../../src/openapi-tools/openapi-tools.js'

/** The report for machines; the same for the same document and options. Absent values are null. */
export function reportJson({ document, tools, excluded }: OpenApiReport): string {
  const { operations, apiScopes, scopeSets, approximateTokens } = document
  const report = {
    document: {
      operations,
      tools: document.tools,
      excluded: document.excluded,
      ...{ apiScopes, scopeSets, approximateTokens },
    },
    tools: tools.map(({ name, operation, alternatives, chosen, annotations, inputSchema }) => ({
      name,
      operation: {
        id: operation.id ?? null,
        method: operation.method,
        path: operation.path,
      },
      alternatives: alternatives.map(({ server, api }) => ({ server, api })),
      chosen: { server: chosen.server, api: chosen.api },
      annotations,
      inputSchema,
    })),
    excluded: excluded.map(({ method, path, pointer, line, reason, cure }) => ({
      ...{ method, path, pointer },
      line: line ?? null,
      ...{ reason, cure },
    })),
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}
