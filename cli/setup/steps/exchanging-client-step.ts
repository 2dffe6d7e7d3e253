import type { GuardedIo } from '../../guarded-output.js'
import type { Blueprint } from '../blueprint.js'
import type { Found } from '../found.js'
import { journalMetadata } from '../journal/journal-text.js'
import type { PlannedEntry } from '../journal/merge-journal.js'
import type { ManagementApi } from '../management-api.js'
import { clientPath, exchangesOf, knownClient, readClient, type Client } from '../objects/client.js'
import { becomes, type Inspection, type Step } from '../step.js'
import { clientForm, type ClientForm } from './client-form.js'
import { findExchangingClient } from './find-exchanging-client.js'

export const EXCHANGING_CLIENT = 'the exchanging client'

export interface ClientStepOptions {
  readonly found: Found
  readonly keep: GuardedIo['keep']
}

/** The client as which the server exchanges tokens. It remembers what setup changes elsewhere. */
export function exchangingClientStep(
  api: ManagementApi,
  blueprint: Blueprint,
  { found, keep }: ClientStepOptions,
): Step {
  const form = clientForm(blueprint)
  return {
    name: EXCHANGING_CLIENT,
    async inspect() {
      const client = await findExchangingClient(api, blueprint)
      if (client === undefined) return creation(api, blueprint, { form, found, keep })
      found.client = knownClient(client, keep)
      return alignment(api, client, { form, isOurs: found.client.isOurs })
    },
  }
}

function creation(
  api: ManagementApi,
  { server }: Blueprint,
  { form, found, keep }: ClientStepOptions & { readonly form: ClientForm },
): Inspection {
  const { body, marks } = form
  return {
    changes: [
      {
        summary: `create the client that exchanges tokens for ${server.identifier}`,
        details: [
          ...Object.entries(body).map(([key, value]) => becomes(key, undefined, value)),
          `client_metadata: ${Object.keys(marks).join(' ')}, and what was there before the changes below`,
        ],
        perform: async () => {
          const journal = journalMetadata(found.journal, Object.keys(marks).length)
          const answer = await api.post('/clients', {
            ...body,
            client_metadata: { ...marks, ...journal },
          })
          found.client = knownClient(readClient(answer), keep)
        },
      },
    ],
  }
}

/** `token_exchange` is replaced as a whole, so what it allows already is sent along. */
function alignment(
  api: ManagementApi,
  client: Client,
  { form, isOurs }: { readonly form: ClientForm; readonly isOurs: boolean },
): Inspection {
  const { client_id: id } = client
  const held = exchangesOf(client)
  const patch: Record<string, unknown> = {}
  const details: string[] = []
  const journal: PlannedEntry[] = []
  if (!held.includes(form.exchange)) {
    const after = [...held, form.exchange]
    patch['token_exchange'] = { ...client.token_exchange, allow_any_profile_of_type: after }
    details.push(becomes('token_exchange.allow_any_profile_of_type', held, after))
    journal.push({ kind: 'added', to: 'exchange', ids: [id], values: [form.exchange], held })
  }
  const widens = details.length > 0
  if (client.token_endpoint_auth_method === 'none') {
    const [field, was, now] = ['token_endpoint_auth_method', 'none', 'client_secret_post'] as const
    patch[field] = now
    details.push(becomes(field, was, now))
    journal.push({ kind: 'replaced', object: 'client', id, field, was, now })
  }
  const change = {
    summary: `change the client ${id}`,
    details,
    widens,
    journal: isOurs ? [] : journal,
    perform: () => api.patch(clientPath(id), patch),
  }
  return { changes: details.length === 0 ? [] : [change] }
}
