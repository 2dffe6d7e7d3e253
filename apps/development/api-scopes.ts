import { z } from 'zod'
import type { FrontPageDocument } from '../authorization-server/front-page.js'

const DOCUMENT: z.ZodType<FrontPageDocument> = z.object({
  resource_servers: z.array(z.object({ identifier: z.string(), scopes: z.array(z.string()) })),
})

/** Asks a running development authorization server which scopes an API has; `undefined` where it does not say so. */
export async function scopesOf(
  issuer: string,
  identifier: string,
): Promise<readonly string[] | undefined> {
  try {
    const response = await fetch(issuer, { headers: { accept: 'application/json' } })
    const { resource_servers: apis } = DOCUMENT.parse(await response.json())
    return apis.find((api) => api.identifier === identifier)?.scopes
  } catch {
    // Getting the token says why.
    return undefined
  }
}
