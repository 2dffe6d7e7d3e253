import { optionValues } from '../options/option-values.js'

/** How long an answer of a user counts where nothing else is said, in milliseconds. */
export const DEFAULT_LIFETIME_MS = 300_000

/** The schema of such a time. */
export const LIFETIME_OPTION = optionValues.milliseconds.max(3_600_000, 'must be at most an hour')
