import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { isOwnableTokenType, isReservedTokenType } from '../../subject-token-types.js'
import { byId, discard, valid, type Endpoint } from './endpoint.js'
import { checkpoints } from './pages.js'
import { Refusal } from './refusal.js'
import type { Tenant } from './tenant.js'

const name = z.string().min(3).max(50)
const subjectTokenType = z
  .string()
  .refine((type) => !isReservedTokenType(type))
  .refine(isOwnableTokenType)
const CREATION = z.strictObject({
  name,
  subject_token_type: subjectTokenType,
  action_id: z.string().min(1).max(36),
  type: z.literal('custom_authentication'),
})
// action_id and type are immutable.
const UPDATE = z
  .strictObject({ name: name.optional(), subject_token_type: subjectTokenType.optional() })
  .refine((update) => Object.keys(update).length > 0)

/** Which Action validates which type of subject token. */
export const TOKEN_EXCHANGE_PROFILES: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/token-exchange-profiles',
    scope: 'read:token_exchange_profiles',
    answer: ({ tokenExchangeProfiles }, { query }) => {
      const paged = new URLSearchParams(query)
      if (!paged.has('take')) paged.set('take', '50')
      return [200, checkpoints(tokenExchangeProfiles, 'token_exchange_profiles', paged)]
    },
  },
  {
    method: 'POST',
    path: '/token-exchange-profiles',
    scope: 'create:token_exchange_profiles',
    answer: (tenant, { body }) => {
      const created = valid(CREATION, body)
      const action = tenant.actions.find(({ id }) => id === created.action_id)
      if (action === undefined) throw new Refusal(400, 'invalid_action')
      assertFree(tenant, created.subject_token_type)
      const entry = { id: `tep_${randomUUID()}`, ...created }
      tenant.tokenExchangeProfiles.push(entry)
      return [201, entry]
    },
  },
  {
    method: 'PATCH',
    path: '/token-exchange-profiles/:id',
    scope: 'update:token_exchange_profiles',
    answer: (tenant, { body }, id) => {
      const profile = byId(tenant.tokenExchangeProfiles, id, 'id')
      const update = valid(UPDATE, body)
      const type = update.subject_token_type ?? profile.subject_token_type
      if (type !== profile.subject_token_type) assertFree(tenant, type)
      Object.assign(profile, update)
      return [204]
    },
  },
  {
    method: 'DELETE',
    path: '/token-exchange-profiles/:id',
    scope: 'delete:token_exchange_profiles',
    answer: ({ tokenExchangeProfiles }, _call, id) => {
      const profile = byId(tokenExchangeProfiles, id, 'id')
      discard(tokenExchangeProfiles, (other) => other === profile)
      return [204]
    },
  },
]

function assertFree({ tokenExchangeProfiles }: Tenant, type: string): void {
  const taken = tokenExchangeProfiles.some(({ subject_token_type: other }) => other === type)
  if (taken) throw new Refusal(409, 'token_exchange_profile_exists')
}
