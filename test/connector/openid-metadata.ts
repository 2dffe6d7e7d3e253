import { goodServerMetadata, pathOf, sendJson, SERVER_METADATA, type WorldParts } from './world.js'

/** An authorization server with its metadata at the address of OpenID Connect alone, without what OpenID Connect requires. */
export const INCOMPLETE_OPENID: WorldParts = {
  issuer: (req, res, world) => {
    if (pathOf(req) === SERVER_METADATA) return sendJson(res, 404, {})
    if (pathOf(req) !== '/.well-known/openid-configuration') return false
    return sendJson(res, 200, { ...goodServerMetadata(world), jwks_uri: undefined })
  },
}
