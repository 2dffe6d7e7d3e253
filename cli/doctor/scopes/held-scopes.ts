import type { Caller } from '../../../src/identity/caller.js'
import { judgeFor } from '../../../src/tools/judge-tool.js'
import type { Deployment } from '../deployment.js'
import { neededByTools } from './needed-by-tools.js'

/** Those of the scopes that tools need which count for a caller: by the token, and by the permissions where these decide. */
export function heldScopes(
  caller: Caller,
  { tools, config }: Pick<Deployment, 'tools' | 'config'>,
): readonly string[] {
  const judge = judgeFor(caller, config.access)
  return neededByTools(tools, { at: 'server' })
    .map(({ scope }) => scope)
    .filter((scope) => judge([{ server: [scope], api: [] }]).kind === 'allowed')
}
