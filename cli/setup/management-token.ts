import { z } from 'zod'
import { Secret } from '../../src/secret.js'
import { UsageError } from '../usage-error.js'
import type { GuardedIo } from '../guarded-output.js'
import { readSecret } from '../secret-source.js'
import { ManagementError } from './management-error.js'
import { sendToTenant, type Reach } from './management-api.js'

export interface TokenSources {
  readonly tokenFile: string | undefined
  readonly tokenStdin: boolean
}

export const WHERE_SECRETS_GO =
  'Set AUTH0_MANAGEMENT_TOKEN, or AUTH0_MANAGEMENT_CLIENT_ID and AUTH0_MANAGEMENT_CLIENT_SECRET (each of the two secrets also as …_FILE), or use --token-file PATH or --token-stdin.'

const ANSWER = z.looseObject({ access_token: z.string().min(1) })

/**
 * The Management API token that was given, or one for the machine client that was given.
 *
 * Throws a `UsageError` where neither was, and a `ManagementError` where the tenant refuses the client.
 */
export async function managementToken(
  io: GuardedIo,
  reach: Reach,
  { tokenFile, tokenStdin }: TokenSources,
): Promise<Secret> {
  const variable = 'AUTH0_MANAGEMENT_TOKEN'
  const given = await readSecret(io, { variable, file: tokenFile, stdin: tokenStdin })
  if (given !== undefined) return given
  const clientId = io.environment['AUTH0_MANAGEMENT_CLIENT_ID']?.trim() ?? ''
  const secret = await readSecret(io, { variable: 'AUTH0_MANAGEMENT_CLIENT_SECRET' })
  if (clientId === '' || secret === undefined) {
    throw new UsageError(`There is no access to the tenant. ${WHERE_SECRETS_GO}`)
  }
  const path = '/oauth/token'
  const answer = ANSWER.safeParse(
    await sendToTenant(reach, {
      method: 'POST',
      path,
      body: {
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: secret.reveal(),
        audience: `${reach.origin}/api/v2/`,
      },
    }),
  )
  if (!answer.success) throw new ManagementError({ method: 'POST', path, status: 200 })
  return io.keep(new Secret(answer.data.access_token))
}
