import { nearestName } from '../options/nearest-name.js'
import type { Issue } from '../options/with-issues.js'
import type { AccessPolicy } from './access-policy.js'
import type { ToolRequirements } from './tool.js'

/** Whether a tool is served without a token: it says itself that it needs no user, and the policy names it. */
export function isPublic(
  tool: ToolRequirements,
  { publicTools = [] }: Pick<AccessPolicy, 'publicTools'>,
): boolean {
  return publicTools.includes(tool.name) && tool.public === true && userNeedOf(tool) === undefined
}

/** A tool as somebody wrote it, of which anything may be missing. */
interface MaybeTool {
  readonly name?: string | undefined
  readonly public?: boolean | undefined
  readonly requiredScopes?: readonly string[] | undefined
  readonly downstream?: object | undefined
  readonly alternatives?: readonly unknown[] | undefined
  readonly confirm?: unknown
  readonly callsTools?: readonly string[] | undefined
}

/** Why a tool cannot do without a user; `undefined` where it can. */
export function userNeedOf({
  requiredScopes,
  downstream,
  alternatives,
  confirm = false,
  callsTools,
}: MaybeTool): string | undefined {
  if (downstream !== undefined) return 'it calls an API, and an API is called as the signed-in user'
  if (alternatives !== undefined) return 'it has alternatives, which are scopes of a signed-in user'
  if (callsTools !== undefined) return 'other tools are called through it as the signed-in user'
  if (confirm !== false) return 'it asks its user before it runs'
  if ((requiredScopes ?? []).length > 0) return 'it needs scopes, which only a signed-in user has'
  return undefined
}

/** What is wrong with the names of public tools; paths begin at the list. */
export function publicToolIssues(
  publicTools: readonly string[],
  tools: readonly MaybeTool[],
): readonly Issue[] {
  return publicTools.flatMap((name, index) => {
    const message = faultOf(name, tools)
    return message === undefined ? [] : [{ path: [index], message }]
  })
}

function faultOf(name: unknown, tools: readonly MaybeTool[]): string | undefined {
  if (typeof name !== 'string') return undefined
  const tool = tools.find((one) => one.name === name)
  if (tool === undefined) {
    const near = nearestName(
      name,
      tools.flatMap((one) => one.name ?? []),
    )
    const meant = near === undefined ? '' : `. Did you mean ${near}?`
    return `"${name}" is no tool of this server${meant}`
  }
  const need = userNeedOf(tool)
  if (need !== undefined) return `"${name}" cannot be public: ${need}. Take it off this list`
  if (tool.public === true) return undefined
  if (tool.public === false) {
    return `"${name}" cannot be public: its definition says public: false. Take it off this list`
  }
  return `"${name}" does not say that it needs no user: write public: true into its definition, or take it off this list`
}
