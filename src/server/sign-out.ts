import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { backchannelLogoutRoute } from '../../routes/backchannel-logout.js'
import { sharedSignalsRoute } from '../../routes/shared-signals.js'
import type { ResolvedOptions } from '../on-behalf-of/defaults.js'
import type { ComposedOnBehalfOf } from '../on-behalf-of/on-behalf-of.js'
import type { OnBehalfOfOptions } from '../on-behalf-of/options.js'
import { primaryIssuersBy } from '../on-behalf-of/primary-issuers.js'
import { optionsSchema } from '../options/assert-options.js'
import { optionValues } from '../options/option-values.js'
import { createRevocation, type Revocation } from '../revocation/revocation.js'
import { createTransmitter } from '../revocation/transmitter.js'
import { Secret } from '../secret.js'

/** Who tells a server of users that have signed out. */
export interface SignOutSettings {
  /** How long a sign-out is kept: as long as the longest access token for this server may live. Default 86400, a day. */
  readonly tokenLifeSeconds?: number | undefined
  /** Takes logout tokens that are for these clients, at `backchannel-logout` beside the endpoint. Default: it takes none. */
  readonly backchannelLogout?: { readonly clients: readonly string[] } | undefined
  /** Takes security events of this transmitter, at `shared-signals` beside the endpoint. Default: it takes none. */
  readonly sharedSignals?: SharedSignalsSettings | undefined
}

/** A stream of security events, and who may send them. */
export interface SharedSignalsSettings {
  /** The transmitter, byte for byte as in the `iss` of its events. */
  readonly issuer: string
  /** What the events have in `aud`. */
  readonly audience: string
  /** Where the transmitter's keys are. Default: by its `/.well-known/ssf-configuration`. */
  readonly jwksUrl?: string | undefined
  /** The bearer token that the transmitter has to send. Default: none, the signature alone counts. */
  readonly token?: Secret | undefined
}

const SIGN_OUT_OPTION = optionsSchema<SignOutSettings>({
  tokenLifeSeconds: optionValues.count.optional(),
  backchannelLogout: optionsSchema<NonNullable<SignOutSettings['backchannelLogout']>>({
    clients: optionValues.texts('a client id').min(1, 'must have a client id'),
  }).optional(),
  sharedSignals: optionsSchema<SharedSignalsSettings>({
    issuer: optionValues.text('the issuer identifier of the transmitter'),
    audience: optionValues.text('what the events have in aud'),
    jwksUrl: z.url('must be a URL').optional(),
    token: z.instanceof(Secret, { error: 'must be a Secret' }).optional(),
  }).optional(),
})

/** The schemas of the options about sign-outs. */
export const SIGN_OUT_SHAPE = {
  signOut: SIGN_OUT_OPTION.optional(),
  revocation: z.undefined('is made by the server itself: signOut says who tells it').optional(),
}

/** What the sign-out takes from the options of a server. */
export interface SignOutParts extends Pick<
  OnBehalfOfOptions,
  'endpoint' | 'log' | 'observer' | 'shared' | 'clockToleranceSeconds' | 'dangerouslyAllowHttp'
> {
  readonly signOut?: SignOutSettings | undefined
}

/** Who is signed out; `undefined` where nobody can say so: no endpoint, and no store that an operator reaches. */
export function revocationFor(
  { signOut = {}, shared, log }: SignOutParts,
  { tenants }: Pick<ResolvedOptions, 'tenants'>,
): Revocation | undefined {
  const { backchannelLogout, sharedSignals, tokenLifeSeconds } = signOut
  const sources = [backchannelLogout, sharedSignals, shared]
  if (sources.every((source) => source === undefined)) return undefined
  const primaryIssuers = primaryIssuersBy(tenants.families)
  return createRevocation({ shared, tokenLifeSeconds, primaryIssuers, log })
}

/** Serves the endpoints for sign-outs. */
export function signOutRoutes(
  { signOut = {}, ...options }: SignOutParts,
  { revocation, front }: { readonly revocation: Revocation; readonly front: ComposedOnBehalfOf },
): RequestHandler {
  const { endpoint, log, observer, clockToleranceSeconds, shared } = options
  const forAll = { endpoint, log, observer, clockToleranceSeconds, store: shared?.store }
  const router = Router()
  const { backchannelLogout, sharedSignals } = signOut
  if (backchannelLogout !== undefined) {
    const { clients } = backchannelLogout
    const issuers = front.acceptedIssuers
    router.use(backchannelLogoutRoute({ ...forAll, revocation, issuers, clients }))
  }
  if (sharedSignals !== undefined) {
    const { dangerouslyAllowHttp } = options
    const places = { dangerouslyAllowHttp, fetch: front.fetch, log }
    const { issuer, audience, jwksUrl, token } = sharedSignals
    const transmitter = createTransmitter({ ...places, issuer, jwksUrl })
    const userIssuers = front.acceptedIssuers.map((one) => one.issuer)
    const ofStream = { transmitter, audience, token, userIssuers }
    router.use(sharedSignalsRoute({ ...forAll, revocation, ...ofStream }))
  }
  return router
}
