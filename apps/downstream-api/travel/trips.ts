/** Every place that trips connect. */
export const PLACES = [
  'Basel',
  'Berlin',
  'Hamburg',
  'Lyon',
  'Milan',
  'Paris',
  'Vienna',
  'Zurich',
] as const

export type Place = (typeof PLACES)[number]

/** A trip as the API answers it. */
export interface Trip {
  readonly id: string
  readonly from: Place
  readonly to: Place
  /** RFC 3339, UTC. */
  readonly departs: string
  readonly arrives: string
  /** For one passenger, in euro cents. */
  readonly price: number
}

const FIRST_DEPARTURE_MS = Date.UTC(2030, 2, 1, 6)
const HOUR_MS = 3_600_000

/** All trips in the order of their departure: one from every place to every other, the same at every start. */
export const TRIPS: readonly Trip[] = PLACES.flatMap((from) =>
  PLACES.filter((to) => to !== from).map((to) => ({ from, to })),
).map(({ from, to }, index) => {
  const hours = 2 + Math.abs(PLACES.indexOf(from) - PLACES.indexOf(to))
  const departsMs = FIRST_DEPARTURE_MS + index * 5 * HOUR_MS
  return {
    id: `trip-${index + 1}`,
    from,
    to,
    departs: new Date(departsMs).toISOString(),
    arrives: new Date(departsMs + hours * HOUR_MS).toISOString(),
    price: 1_900 + hours * 1_000,
  }
})
