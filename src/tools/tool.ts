import type {
  ContentBlock,
  StandardSchemaWithJSON,
  ToolAnnotations,
} from '@modelcontextprotocol/server'
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

/** One of several ways to meet what a tool needs, at both hops at once. */
export interface ToolAlternative {
  /** Scopes of this MCP server that the caller's token must have for it. */
  readonly server: readonly string[]
  /** Scopes of the API that the exchange then asks for. */
  readonly api: readonly string[]
}

/**
 * Whether the user is asked before each call of a tool: `true`; or the operation of the API as well, which the user is shown:
 * `{ operation: 'DELETE /bookings/{bookingId}' }`.
 */
export type ConfirmRequirement = boolean | { readonly operation: string }

/** What the middleware chain has to know of a tool, of any MCP server. */
export interface ToolRequirements {
  readonly name: string
  /** Scopes of this MCP server that the caller's token must have; may be empty. */
  readonly requiredScopes: readonly string[]
  readonly downstream?: DownstreamRequirement | undefined
  /**
   * Ways to meet the rest of what the tool needs, each beside `requiredScopes` and `downstream.scopes`. The first that the
   * caller's token covers is taken; where it covers none, the challenge names the scopes of the first that the user may have.
   * Absent: there is no rest.
   */
  readonly alternatives?: readonly ToolAlternative[] | undefined
  /**
   * Names of the tools that are called through this one. A call of it whose arguments have one of them as `name` is a call of that
   * tool, with the member `arguments`: it is judged, exchanged for, limited and recorded as that. A tool that calls others is not
   * called through another.
   */
  readonly callsTools?: readonly string[] | undefined
  /**
   * Whether the tool needs no user: no scope, no alternatives, no API. It is served without a token only where the policy's
   * `publicTools` names it too; anywhere else it is a tool like any other. Default false, and never for a tool that calls others.
   */
  readonly public?: boolean | undefined
  /**
   * Whether the user is asked before each call. The token is exchanged once they have agreed, and not before. A tool that runs
   * in a server of your own has to ask: see `createConfirmation`. Default false.
   */
  readonly confirm?: ConfirmRequirement | undefined
  /** What a policy is told of the tool: whether it only reads, or destroys something. Default: nothing. */
  readonly annotations?: ToolAnnotations | undefined
}

/** Whether the user is asked before each call of the tool. */
export function isConfirmed({ confirm = false }: Pick<ToolRequirements, 'confirm'>): boolean {
  return confirm !== false
}

/** What a handler is given. Never a token. */
export interface ToolContext {
  readonly caller: Caller
  /** Whether the caller may see the tool of this name. Absent: there is none that they may see. */
  readonly isVisible?: ((toolName: string) => boolean) | undefined
  /** Writes scopes of this server as clients have to ask for them; empty where they cannot. Absent: as they are. */
  readonly nameScopes?: ((scopes: readonly string[]) => readonly string[]) | undefined
  /** Aborted when the MCP client cancels or goes away. */
  readonly signal: AbortSignal
}

/** What the handler of a public tool is given. */
export interface PublicToolContext extends Omit<ToolContext, 'caller'> {
  /** `undefined` where the call came without a token. */
  readonly caller: Caller | undefined
}

export interface DownstreamToolContext extends ToolContext {
  /** The API as the signed-in user. */
  readonly downstream: DownstreamClient
}

/** A schema for an object that gives its JSON Schema too (standardschema.dev): `z.object()`, or `fromJsonSchema` of the SDK. */
export type ToolSchema = StandardSchemaWithJSON<unknown, Record<string, unknown>>

/** What a schema lets through. */
export type ValueOf<Schema extends ToolSchema> = StandardSchemaWithJSON.InferOutput<Schema>

interface DescribedTool<Input extends ToolSchema> extends ToolRequirements {
  readonly title: string
  readonly description: string
  readonly inputSchema: Input
  /**
   * Checks what the schema cannot say, where the user is asked before the call: throws what the call fails with, and then nobody is asked
   * and no token exchanged. Calls nothing. Does not replace the checks of the handler. Default: nothing is checked.
   */
  check?(input: ValueOf<Input>, context: Pick<ToolContext, 'caller'>): void
  /** Keeps the tool out of `tools/list`, for one that is found and called through others. It can be called all the same. Default false. */
  readonly unlisted?: boolean | undefined
  /** Beside what this server says there in `tools/list`: `securitySchemes`, unless it is here. */
  readonly _meta?: Readonly<Record<string, unknown>> | undefined
}

interface StructuredTool<
  Input extends ToolSchema,
  Output extends ToolSchema,
> extends DescribedTool<Input> {
  readonly outputSchema: Output
  /** What a person or a model without structured content reads. */
  toText(output: ValueOf<Output>): string
}

/**
 * A tool that calls no API.
 *
 * @category Tools and sessions
 */
export interface LocalTool<
  Input extends ToolSchema = ToolSchema,
  Output extends ToolSchema = ToolSchema,
> extends StructuredTool<Input, Output> {
  readonly downstream?: never
  readonly public?: false | undefined
  /** Does the work. Its errors become tool errors: an `OnBehalfOfError` with its own text, others as `internal_error`. */
  handler(input: ValueOf<Input>, context: ToolContext): ValueOf<Output> | Promise<ValueOf<Output>>
}

/**
 * A tool that may be called without a token, where the policy's `publicTools` names it. Its handler has to expect a call
 * without a caller.
 *
 * @category Tools and sessions
 */
export interface PublicTool<
  Input extends ToolSchema = ToolSchema,
  Output extends ToolSchema = ToolSchema,
> extends StructuredTool<Input, Output> {
  readonly public: true
  readonly downstream?: never
  readonly alternatives?: never
  /** Does the work, as that of a `LocalTool`. One that needs the user all the same takes `requireCaller(context)`. */
  handler(
    input: ValueOf<Input>,
    context: PublicToolContext,
  ): ValueOf<Output> | Promise<ValueOf<Output>>
}

/**
 * A tool that calls the API as the signed-in user.
 *
 * @category Tools and sessions
 */
export interface DownstreamTool<
  Input extends ToolSchema = ToolSchema,
  Output extends ToolSchema = ToolSchema,
> extends StructuredTool<Input, Output> {
  readonly downstream: DownstreamRequirement
  readonly public?: false | undefined
  /** Does the work, with the API as the signed-in user in `context.downstream`. */
  handler(
    input: ValueOf<Input>,
    context: DownstreamToolContext,
  ): ValueOf<Output> | Promise<ValueOf<Output>>
}

/** What a tool answers with that writes its content itself. */
export interface ToolContent {
  readonly content: readonly ContentBlock[]
}

/**
 * A tool that calls the API as the signed-in user, and writes the content of its answer itself: text, images, links.
 *
 * @category Tools and sessions
 */
export interface ContentTool<Input extends ToolSchema = ToolSchema> extends DescribedTool<Input> {
  readonly downstream: DownstreamRequirement
  readonly public?: false | undefined
  readonly outputSchema?: never
  readonly toText?: never
  /** Does the work, with the API as the signed-in user in `context.downstream`. */
  handler(input: ValueOf<Input>, context: DownstreamToolContext): ToolContent | Promise<ToolContent>
}

/**
 * A tool through which others are called.
 *
 * @category Tools and sessions
 */
export interface CallingTool<Input extends ToolSchema = ToolSchema> extends DescribedTool<Input> {
  readonly callsTools: readonly string[]
  readonly public?: false | undefined
  readonly confirm?: false | undefined
  readonly downstream?: never
  readonly outputSchema?: never
  readonly toText?: never
  /** Answers a call that names none of the tools, or one that the caller may not see. Both have to get the same answer. */
  handler(input: ValueOf<Input>, context: ToolContext): ToolContent | Promise<ToolContent>
}

/**
 * A tool, as `defineTool` returns it.
 *
 * @category Tools and sessions
 */
export type Tool = LocalTool | PublicTool | DownstreamTool | ContentTool | CallingTool
