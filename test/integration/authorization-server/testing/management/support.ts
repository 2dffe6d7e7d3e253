import { afterEach, beforeEach } from 'vitest'
import {
  startManagementApi,
  type ManagementStandIn,
  type ManagementStandInOptions,
} from '../../../../../apps/authorization-server/testing/management/management-api.js'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export interface UsedTenant {
  readonly standIn: ManagementStandIn
  call(method: string, path: string, body?: unknown): Promise<Answered>
  /** The member `id` of what was created. */
  create(path: string, body: unknown, id?: string): Promise<string>
}

/** A tenant for each test of a file, and a way to call its Management API. */
export function useTenant(options: ManagementStandInOptions = {}): UsedTenant {
  const held: { standIn?: ManagementStandIn } = {}
  beforeEach(async () => {
    held.standIn = await startManagementApi(options)
  })
  afterEach(() => held.standIn?.close())
  const used: UsedTenant = {
    get standIn() {
      if (held.standIn === undefined) throw new Error('only within a test')
      return held.standIn
    },
    async call(method, path, body) {
      const { domain, fetch, token } = used.standIn
      const response = await fetch(`https://${domain}/api/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      const { status, headers } = response
      return { status, headers, body: text === '' ? undefined : JSON.parse(text) }
    },
    async create(path, body, id = 'id') {
      const { status, body: created } = await used.call('POST', path, body)
      if (status >= 300) throw new Error(`POST ${path} was answered ${status}`)
      return (created as Record<string, string>)[id] ?? ''
    },
  }
  return used
}

export const API = {
  identifier: 'https://api.example/',
  scopes: [{ value: 'read', description: '' }],
}
