import type { Adapter } from 'oidc-provider'
import { z } from 'zod'

const recordSchema = z.object({ organizationId: z.string() })

/**
 * Remembers in which organization a grant was made.
 *
 * The library's grants, codes and tokens have no room for it, but each knows the id of its grant.
 */
export interface GrantOrganizations {
  /** Returns the id of the organization; `undefined` for a grant made outside of any. */
  of(grantId: string | undefined): Promise<string | undefined>
  remember(grantId: string, organizationId: string | undefined): Promise<void>
}

/** Creates the memory on a storage of its own. */
export function createGrantOrganizations(storage: Adapter): GrantOrganizations {
  return {
    async of(grantId) {
      if (grantId === undefined) return undefined
      const record = recordSchema.safeParse(await storage.find(grantId))
      return record.success ? record.data.organizationId : undefined
    },
    async remember(grantId, organizationId) {
      // Grants outside of organizations are the rule and need no record.
      if (organizationId === undefined) return
      await storage.upsert(grantId, { organizationId }, GRANT_SECONDS)
    },
  }
}

/** As long as the library keeps a grant. */
export const GRANT_SECONDS = 14 * 24 * 60 * 60
