import cors from 'cors'
import { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { assertOptions, optionsSchema } from '../src/options/assert-options.js'
import { optionValues } from '../src/options/option-values.js'
import { OnBehalfOfError } from '../src/failures/errors.js'
import {
  metadataPaths,
  protectedResourceMetadata,
  RESOURCE_SCHEMA,
  type ResourceDescription,
} from '../src/http/protected-resource-metadata.js'

const OPTIONS = optionsSchema<{
  endpoint: URL
  description: ResourceDescription
  guards: readonly RequestHandler[]
}>({
  endpoint: optionValues.url,
  description: RESOURCE_SCHEMA,
  guards: z.array(optionValues.callable, 'must be a list of middleware'),
})

/**
 * Serves the protected-resource metadata at the path-aware and the root well-known address (RFC 9728 §3).
 *
 * The document is public, for web pages of any origin: mount it in front of `hostAndOriginValidation`. `guards` run
 * first. Passes `method_not_allowed` to the error handler for anything but GET, HEAD and OPTIONS.
 *
 * @category Routes
 */
export function protectedResourceMetadataRoute(
  endpoint: URL,
  description: ResourceDescription,
  guards: readonly RequestHandler[] = [],
): Router {
  assertOptions('protectedResourceMetadataRoute', OPTIONS, { endpoint, description, guards })
  const document = protectedResourceMetadata(description)
  const router = Router()
  router
    .route([...metadataPaths(endpoint)])
    .all(anyOrigin(), ...guards)
    .get((_req, res) => {
      res.setHeader('Cache-Control', 'public, max-age=300')
      res.json(document)
    })
    .all((_req, res) => {
      res.setHeader('Allow', 'GET, HEAD, OPTIONS')
      throw new OnBehalfOfError('method_not_allowed')
    })
  return router
}

/** Sets its headers before anything can go wrong, and answers preflights. */
function anyOrigin(): RequestHandler {
  return cors({
    origin: '*',
    methods: ['GET', 'HEAD', 'OPTIONS'],
    exposedHeaders: ['Retry-After', 'X-Request-Id'],
    maxAge: 600,
  })
}
