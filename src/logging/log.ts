import type { LogLevel } from '../failures/failure-table.js'

/** Where events go. The process gives one that writes JSON lines; a library user gives their own. */
export interface Log {
  /** Records one event. `name` is stable and made of lower-case words; must not throw. */
  event(level: LogLevel, name: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Discards everything. The default for library users who pass no log. */
export const silentLog: Log = { event: () => undefined }
