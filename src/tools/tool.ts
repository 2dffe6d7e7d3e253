import type { ToolAnnotations } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import type { DownstreamClient } from '../downstream/downstream-client.js'
import type { Caller } from '../identity/caller.js'

/** What a tool needs of the API it calls. */
export interface DownstreamRequirement {
  /** The name under which the API is configured. */
  readonly api: string
  /** The API's own scopes, asked for at the exchange. */
  readonly scopes: readonly string[]
  /**
   * Scopes of this server that stand for the API's: where the API's are not granted, a client whose token lacks
   * one of these is sent to ask for it. Without them it gets a tool error.
   */
  readonly stepUp?: readonly string[] | undefined
}

/** What the middleware chain has to know of a tool, of any MCP server. */
export interface ToolRequirements {
  readonly name: string
  /** Scopes of this MCP server that the caller's token must have; may be empty. */
  readonly requiredScopes: readonly string[]
  readonly downstream?: DownstreamRequirement | undefined
}

/** What a handler is given. Never a token. */
export interface ToolContext {
  readonly caller: Caller
  /** Aborted when the MCP client cancels or goes away. */
  readonly signal: AbortSignal
}

export interface DownstreamToolContext extends ToolContext {
  /** The API as the signed-in user. */
  readonly downstream: DownstreamClient
}

interface ToolBase<Input extends z.ZodObject, Output extends z.ZodObject> extends ToolRequirements {
  readonly title: string
  readonly description: string
  readonly inputSchema: Input
  readonly outputSchema: Output
  readonly annotations?: ToolAnnotations | undefined
  /** What a person or a model without structured content reads. */
  readonly toText: (output: z.infer<Output>) => string
}

/**
 * A tool that calls no API.
 *
 * @category Tools and sessions
 */
export interface LocalTool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> extends ToolBase<Input, Output> {
  readonly downstream?: never
  /** Does the work. Its errors become tool errors: an `OnBehalfOfError` with its own text, others as `internal_error`. */
  handler(input: z.infer<Input>, context: ToolContext): z.infer<Output> | Promise<z.infer<Output>>
}

/**
 * A tool that calls the API as the signed-in user.
 *
 * @category Tools and sessions
 */
export interface DownstreamTool<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodObject = z.ZodObject,
> extends ToolBase<Input, Output> {
  readonly downstream: DownstreamRequirement
  /** Does the work, with the API as the signed-in user in `context.downstream`. */
  handler(
    input: z.infer<Input>,
    context: DownstreamToolContext,
  ): z.infer<Output> | Promise<z.infer<Output>>
}

/**
 * A tool, as `defineTool` returns it.
 *
 * @category Tools and sessions
 */
export type Tool = LocalTool | DownstreamTool
