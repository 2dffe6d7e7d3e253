import { readFileSync } from 'node:fs'
import express, { Router, type Request, type RequestHandler } from 'express'
import { requiredScopes, scopeIncludesAny } from 'express-oauth2-jwt-bearer'
import { OnBehalfOfError } from '../../../src/failures/errors.js'
import { API_DOCUMENT_FILE } from '../document.js'
import { Bookings } from './bookings.js'
import { pageOf } from './page-of.js'
import { invalid, sendProblem, unreadableBody } from './problem.js'
import { bookingsQuery, newBooking, tripsQuery } from './requests.js'
import { PLACES, TRIPS } from './trips.js'

/** Serves `openapi.yaml`, and what it describes as open to everybody: mount it in front of the check of tokens. */
export function publicTravelRoutes(): Router {
  const router = Router()
  const document = readFileSync(API_DOCUMENT_FILE)
  router.get('/openapi.yaml', (_req, res) => {
    res.type('application/yaml').send(document)
  })
  router.get('/places', (_req, res) => {
    res.json({ places: PLACES })
  })
  return router
}

/**
 * Serves the other operations of `openapi.yaml`: mount it behind the check of tokens. `told` runs for every call whose
 * token has the scopes.
 */
export function travelRoutes(told: RequestHandler, bookings = new Bookings()): Router {
  const router = Router()
  const json = express.json({ limit: '10kb' })
  const trips = [requiredScopes('read:trips'), told]
  const read = [requiredScopes('read:bookings'), told]
  const write = [requiredScopes('write:bookings'), told]
  router.get('/trips', trips, listTrips)
  router.get('/trips/:id', scopeIncludesAny('read:trips read:bookings'), told, getTrip)
  router.get('/bookings', read, listBookings(bookings))
  router.post('/bookings', write, json, createBooking(bookings))
  router.get('/bookings/:id', read, getBooking(bookings))
  router.delete('/bookings/:id', write, cancelBooking(bookings))
  router.use(unreadableBody)
  return router
}

const NOTHING = { status: 404, title: 'Not found', detail: 'You have nothing with this id.' }

const listTrips: RequestHandler = (req, res) => {
  const { data, error } = tripsQuery.safeParse(req.query)
  if (data === undefined) {
    sendProblem(res, invalid(error))
    return
  }
  const { from, to } = data
  const fitting = TRIPS.filter((trip) => (from ?? trip.from) === trip.from).filter(
    (trip) => (to ?? trip.to) === trip.to,
  )
  const { items, nextCursor } = pageOf(fitting, data)
  res.json({ trips: items, nextCursor })
}

const getTrip: RequestHandler<{ id: string }> = (req, res) => {
  const trip = TRIPS.find(({ id }) => id === req.params.id)
  if (trip === undefined) sendProblem(res, NOTHING)
  else res.json(trip)
}

function listBookings(bookings: Bookings): RequestHandler {
  return (req, res) => {
    const { data, error } = bookingsQuery.safeParse(req.query)
    if (data === undefined) {
      sendProblem(res, invalid(error))
      return
    }
    const { items, nextCursor } = pageOf(bookings.of(userOf(req)), data)
    res.json({ bookings: items, nextCursor })
  }
}

function createBooking(bookings: Bookings): RequestHandler {
  return (req, res) => {
    const { data, error } = newBooking.safeParse(req.body)
    if (data === undefined) {
      sendProblem(res, invalid(error))
      return
    }
    const booking = bookings.add(userOf(req), data)
    if (booking === undefined) sendProblem(res, TOO_MANY)
    else res.status(201).location(`/bookings/${booking.id}`).json(booking)
  }
}

const TOO_MANY = {
  status: 409,
  title: 'Too many bookings',
  detail: 'You have as many bookings as one user may have. Cancel one first.',
}

function getBooking(bookings: Bookings): RequestHandler<{ id: string }> {
  return (req, res) => {
    const booking = bookings.find(userOf(req), req.params.id)
    if (booking === undefined) sendProblem(res, NOTHING)
    else res.json(booking)
  }
}

function cancelBooking(bookings: Bookings): RequestHandler<{ id: string }> {
  return (req, res) => {
    if (bookings.remove(userOf(req), req.params.id)) res.status(204).end()
    else sendProblem(res, NOTHING)
  }
}

/** Whose bookings are meant; a token of nobody is refused. */
function userOf<Params>(req: Request<Params>): string {
  const { sub } = req.auth?.payload ?? {}
  if (typeof sub !== 'string' || sub === '') throw new OnBehalfOfError('invalid_token')
  return sub
}
