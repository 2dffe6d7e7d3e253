import type { Config } from '../../../src/config/config.js'
import type { ToolRequirements } from '../../../src/tools/tool.js'
import { SetupError } from '../../setup/setup-error.js'
import type { ManagementApi } from '../../setup/management-api.js'
import { printable } from '../../printable.js'
import type { Diagnosis } from '../diagnosis.js'
import { notCheckable, ok, type CheckName, type Observation } from '../finding.js'

/** What the tools need: scopes of the server's own API, and scopes of the APIs that they call. */
export interface NeededScopes {
  readonly server: readonly string[]
  /** By the names of the APIs. */
  readonly apis: ReadonlyMap<string, readonly string[]>
}

/** A tenant, and what a deployment expects of it. */
export interface TenantView {
  readonly api: ManagementApi
  readonly config: Config
  readonly needed: NeededScopes
  /** The tools that need them. */
  readonly tools: readonly ToolRequirements[]
}

/** Looks at one kind of object of the tenant. */
export interface TenantCheck {
  readonly check: CheckName
  /** What is said where `look` finds no fault. */
  readonly fine: string
  /** What is wrong, or probably not meant; empty where everything is right. Only reads. */
  readonly look: (view: TenantView) => Promise<readonly Observation[]>
}

/**
 * Makes one check and tells what it found.
 *
 * What the Management API does not show, because the token lacks a scope or the tenant does not answer, is not
 * checkable: it says nothing about the deployment.
 */
export async function makeTenantCheck(
  { check, fine, look }: TenantCheck,
  view: TenantView,
  { tell }: Pick<Diagnosis, 'tell'>,
): Promise<void> {
  try {
    const faults = await look(view)
    tell(...(faults.length === 0 ? [ok(check, fine)] : faults))
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    tell(notCheckable(check, printable(error.message), error.hint))
  }
}
