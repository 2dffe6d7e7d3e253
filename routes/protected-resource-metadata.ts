import { Router } from 'express'
import {
  metadataPaths,
  protectedResourceMetadata,
  type ResourceDescription,
} from '../src/protected-resource-metadata.js'

/** Serves the protected-resource metadata at the path-aware and the root well-known address (RFC 9728 §3). */
export function protectedResourceMetadataRoute(
  endpoint: URL,
  description: ResourceDescription,
): Router {
  const document = protectedResourceMetadata(description)
  const router = Router()
  router.get([...metadataPaths(endpoint)], (_req, res) => {
    res.setHeader('Cache-Control', 'public, max-age=300')
    res.setHeader('Access-Control-Allow-Origin', '*')
    res.json(document)
  })
  return router
}
