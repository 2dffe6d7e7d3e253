import type { Directory } from '../directory.js'
import type { EventSink } from '../events.js'
import type { GrantOrganizations } from '../grant-organizations.js'
import type { KeyRing } from '../keys.js'
import type { SuspiciousAddresses } from '../suspicious-addresses.js'
import type { Behaviors } from '../behaviors.js'
import type { ActionRuntime } from './custom/action-runtime.js'

/** What both exchanges need beside the provider that they are registered with. */
export interface ExchangeParts {
  readonly issuer: string
  readonly directory: Directory
  readonly keys: KeyRing
  readonly organizations: GrantOrganizations
  readonly suspiciousAddresses: SuspiciousAddresses
  readonly actions: ActionRuntime
  readonly behaviors: Behaviors
  readonly log: EventSink
}
