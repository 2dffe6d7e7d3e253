import { z } from 'zod'
import { PLACES, TRIPS } from './trips.js'
import { parseCursor } from './page-of.js'

const page = {
  limit: z
    .string()
    .regex(/^[1-9]\d?$/, { error: 'must be a whole number from 1 to 50' })
    .transform(Number)
    .refine((limit) => limit <= 50, { error: 'must be a whole number from 1 to 50' })
    .default(10),
  cursor: z.string().optional(),
}

const place = z.enum(PLACES, { error: `must be one of ${PLACES.join(', ')}` }).optional()

/** Query strings are texts; a name that comes twice is a list and refused. */
export const bookingsQuery = z.strictObject(page).transform(withPage)

export const tripsQuery = z.strictObject({ from: place, to: place, ...page }).transform(withPage)

export const newBooking = z.strictObject({
  tripId: z
    .string()
    .refine((id) => TRIPS.some((trip) => trip.id === id), { error: 'there is no such trip' }),
  passengers: z
    .int({ error: 'must be a whole number from 1 to 9' })
    .min(1, { error: 'must be at least 1' })
    .max(9, { error: 'must be at most 9' }),
  note: z.string().max(200, { error: 'must have at most 200 characters' }).optional(),
})

function withPage<Query extends { readonly cursor?: string | undefined }>(
  { cursor, ...rest }: Query,
  context: z.RefinementCtx,
): Omit<Query, 'cursor'> & { after: number } {
  const after = cursor === undefined ? 0 : parseCursor(cursor)
  if (after === undefined) {
    context.addIssue({ code: 'custom', path: ['cursor'], message: 'is no cursor of this list' })
    return z.NEVER
  }
  return { ...rest, after }
}
