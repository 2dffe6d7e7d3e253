import { z } from 'zod'

/** What is logged of one event. */
export interface LoggedEvent {
  /** Its name: stable, made of lower-case words. */
  readonly event: string
  readonly [field: string]: unknown
}

/**
 * Where events go: a logger of pino's shape, such as pino itself or `app.log` of Fastify; `console` will do.
 *
 * Each event is one call with one object and no message. What a logger throws does not reach the request.
 *
 * @category Start here
 */
export interface Logger {
  /** Takes an event that helps to find a mistake and is too much otherwise. */
  debug(event: LoggedEvent): void
  /** Takes an event of normal operation. */
  info(event: LoggedEvent): void
  /** Takes an event that somebody should look at in time. */
  warn(event: LoggedEvent): void
  /** Takes an event that somebody has to look at. */
  error(event: LoggedEvent): void
}

/** Discards everything. The default for library users who pass no log. */
export const silentLog: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** A logger among the options of a factory. */
export const LOGGER_OPTION = z.custom<Logger>(
  (value) =>
    Object.keys(silentLog).every(
      (level) => typeof (value as Record<string, unknown> | null)?.[level] === 'function',
    ),
  'must be a logger with the functions debug, info, warn and error, such as pino or console',
)
