import { LRUCache } from 'lru-cache'

/** What a user asks for. */
export interface NewBooking {
  readonly tripId: string
  readonly passengers: number
  readonly note?: string | undefined
}

/** A booking as the API answers it. */
export interface Booking extends NewBooking {
  readonly id: string
}

export interface BookingsOptions {
  /** Bookings of one user at a time. Default 100. */
  readonly maxPerUser?: number | undefined
  /** Users at a time; of more, those who called least recently lose their bookings. Default 1000. */
  readonly maxUsers?: number | undefined
}

interface UserBookings {
  lastNumber: number
  readonly byId: Map<string, Booking>
}

/** The bookings of all users, in memory and bounded. Every method works on those of one user alone. */
export class Bookings {
  readonly #maxPerUser: number
  readonly #users: LRUCache<string, UserBookings>

  constructor({ maxPerUser = 100, maxUsers = 1_000 }: BookingsOptions = {}) {
    this.#maxPerUser = maxPerUser
    this.#users = new LRUCache({ max: maxUsers })
  }

  /** Oldest first. */
  of(user: string): readonly Booking[] {
    return [...(this.#users.get(user)?.byId.values() ?? [])]
  }

  find(user: string, id: string): Booking | undefined {
    return this.#users.get(user)?.byId.get(id)
  }

  /** Returns `undefined` when the user has as many as one user may have. */
  add(user: string, wanted: NewBooking): Booking | undefined {
    const kept = this.#users.get(user) ?? { lastNumber: 0, byId: new Map<string, Booking>() }
    if (kept.byId.size >= this.#maxPerUser) return undefined
    kept.lastNumber += 1
    const booking = { id: `booking-${kept.lastNumber}`, ...wanted }
    kept.byId.set(booking.id, booking)
    this.#users.set(user, kept)
    return booking
  }

  /** Whether there was one to remove. */
  remove(user: string, id: string): boolean {
    return this.#users.get(user)?.byId.delete(id) ?? false
  }
}
