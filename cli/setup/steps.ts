import type { GuardedIo } from '../guarded-output.js'
import { protectedApiPlan, serverPlan } from './api-plans.js'
import type { Blueprint } from './blueprint.js'
import { clientGrantStep } from './client-grant-step.js'
import { connectionStep } from './connection-step.js'
import { envFileStep, type EnvFileOptions } from './env-file-step.js'
import { exchangingClientStep } from './exchanging-client-step.js'
import type { ManagementApi } from './management-api.js'
import { resourceServerStep } from './resource-server-step.js'
import { roleStep } from './role-step.js'
import type { FoundClient, Step } from './step.js'
import { tenantSettingsStep } from './tenant-settings-step.js'

export interface StepOptions {
  /** `undefined` writes no settings file. */
  readonly envFile: EnvFileOptions | undefined
  readonly keep: GuardedIo['keep']
}

/** Everything that is to be in line, in the order in which one thing needs another. */
export function setupSteps(
  api: ManagementApi,
  blueprint: Blueprint,
  { envFile, keep }: StepOptions,
): readonly Step[] {
  const found: FoundClient = {}
  const forThirdParties = blueprint.clientsBy.size > 0
  return [
    tenantSettingsStep(api, blueprint),
    ...(forThirdParties ? [connectionStep(api, blueprint)] : []),
    resourceServerStep(api, serverPlan(blueprint)),
    resourceServerStep(api, protectedApiPlan(blueprint)),
    exchangingClientStep(api, blueprint, { found, keep }),
    ...(envFile === undefined ? [] : [envFileStep(blueprint, found, envFile)]),
    clientGrantStep(api, {
      step: 'the grant of the exchanging client',
      holder: () =>
        found.current === undefined ? undefined : { client_id: found.current.clientId },
      holderName: 'the exchanging client',
      audience: blueprint.api.identifier,
      scopes: blueprint.api.scopes,
    }),
    ...(forThirdParties
      ? [
          clientGrantStep(api, {
            step: 'the grant of MCP clients',
            holder: () => ({ default_for: 'third_party_clients' }),
            holderName: 'every third-party client',
            audience: blueprint.server.identifier,
            scopes: blueprint.server.scopes,
          }),
        ]
      : []),
    ...(blueprint.role === undefined ? [] : [roleStep(api, blueprint, blueprint.role)]),
  ]
}
