import type { ErrorRequestHandler, RequestHandler } from 'express'
import { keepToolSet, ofCurrentTools, type ToolSets } from '../src/tools/tool-set.js'
import { authInfoOf } from './require-bearer-auth.js'
import { stateOf } from './request-state.js'

/**
 * Has all that is behind it, up to the handler of a tool, go by the tools of this moment, also where they are swapped meanwhile.
 *
 * Belongs directly in front of the first middleware that asks for tools, behind the body: a client that sends it slowly must not keep
 * tools that are gone.
 */
export function keepTools(sets: ToolSets): RequestHandler {
  return function keepToolsMiddleware(req, _res, next) {
    const { current } = sets
    const state = stateOf(req)
    state.tools = current
    const request = state.anonymous ?? authInfoOf(req)
    if (request !== undefined) keepToolSet(request, current)
    next()
  }
}

/** A middleware that is made anew for each set of tools. It must not hold anything that counts. */
export function ofPresentTools(sets: ToolSets, make: () => RequestHandler): RequestHandler {
  if (!sets.canChange) return make()
  const made = ofCurrentTools(sets, make)
  return function presentToolsMiddleware(req, res, next) {
    return made()(req, res, next)
  }
}

/** As `ofPresentTools`, for what answers failures. */
export function ofPresentErrors(
  sets: ToolSets,
  make: () => ErrorRequestHandler,
): ErrorRequestHandler {
  if (!sets.canChange) return make()
  const made = ofCurrentTools(sets, make)
  return function presentErrors(thrown, req, res, next) {
    return made()(thrown, req, res, next)
  }
}
