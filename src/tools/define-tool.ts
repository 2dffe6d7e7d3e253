import { z } from 'zod'
import { assertOptions } from '../options/assert-options.js'
import type {
  CallingTool,
  ContentTool,
  DownstreamTool,
  LocalTool,
  PublicTool,
  ToolSchema,
} from './tool.js'
import { TOOL_SCHEMA } from './tool-schema.js'

const OPTIONS = z.strictObject({ tool: TOOL_SCHEMA })

/**
 * Declares a tool; the handler's types follow from the schemas and from whether a downstream is declared.
 *
 * Throws a `TypeError` that names every fault of it, such as a member that does not exist.
 *
 * @category Tools and sessions
 * @example
 * const me = defineTool({
 *   name: 'me',
 *   title: 'Me',
 *   description: 'Says who the API takes the user for.',
 *   inputSchema: z.object({}),
 *   outputSchema: z.object({ sub: z.string() }),
 *   requiredScopes: ['tool:me'],
 *   downstream: { api: 'api', scopes: ['read:me'] },
 *   handler: (_input, { downstream }) =>
 *     downstream.json('/me', { schema: z.object({ sub: z.string() }) }),
 *   toText: ({ sub }) => sub,
 * })
 */
export function defineTool<Input extends ToolSchema, Output extends ToolSchema>(
  tool: DownstreamTool<Input, Output>,
): DownstreamTool<Input, Output>
export function defineTool<Input extends ToolSchema, Output extends ToolSchema>(
  tool: PublicTool<Input, Output>,
): PublicTool<Input, Output>
export function defineTool<Input extends ToolSchema, Output extends ToolSchema>(
  tool: LocalTool<Input, Output>,
): LocalTool<Input, Output>
export function defineTool<Input extends ToolSchema>(tool: ContentTool<Input>): ContentTool<Input>
export function defineTool<Input extends ToolSchema>(tool: CallingTool<Input>): CallingTool<Input>
export function defineTool<T>(tool: T): T {
  assertOptions('defineTool', OPTIONS, { tool })
  return tool
}
