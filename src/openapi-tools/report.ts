import type { OpenApiDocument } from '../openapi/reading.js'
import { unionScopes } from '../scopes.js'
import { toolDefinition } from '../tools/tool-definition.js'
import type { Tool } from '../tools/tool.js'
import type { MadeTool } from './make-tool.js'
import type { ExcludedFromTools, OpenApiReport } from './openapi-tools.js'
import type { Exposure } from './options.js'

const CHARACTERS_PER_TOKEN = 4

/** What a report says beside the tools. */
export interface Reported {
  readonly excluded: readonly ExcludedFromTools[]
  readonly expose: Exposure
  /** What a client is shown that may see everything. */
  readonly listed: readonly Tool[]
}

/** What became of a document, as plain data. */
export function openApiReport(
  { name, title, securitySchemes }: Pick<OpenApiDocument, 'name' | 'title' | 'securitySchemes'>,
  made: readonly MadeTool[],
  { excluded, expose, listed }: Reported,
): OpenApiReport {
  const sets = made.map(({ reported }) => reported.chosen.api)
  const characters = listed
    .map((tool) => JSON.stringify(toolDefinition(tool)).length)
    .reduce((sum, length) => sum + length, 0)
  return {
    document: {
      name,
      title,
      operations: made.length + excluded.length,
      tools: made.length,
      excluded: excluded.length,
      expose,
      apiScopes: unionScopes(...sets).length,
      scopeSets: new Set(sets.map((set) => [...set].sort().join(' '))).size,
      approximateTokens: Math.round(characters / CHARACTERS_PER_TOKEN),
      scopes: securitySchemes.flatMap(({ scopes }) =>
        Array.from(scopes, ([scope, description]) => ({ name: scope, description })),
      ),
    },
    tools: made.map(({ reported }) => reported),
    excluded,
  }
}
