import { logEvent } from '../logging/log-event.js'
import type { Logger } from '../logging/logger.js'
import type { SettingsLineDoubt } from './settings-text.js'
import { warnOfUnknownSettings } from './unknown-settings.js'

/** What was found in a `.env` file beside its values. */
export interface SettingsFileRead {
  readonly names: readonly string[]
  readonly doubts: readonly SettingsLineDoubt[]
}

const MAX_TOLD = 20

const MEANING = {
  no_assignment: 'It is no NAME=value and no comment, so it does nothing. Correct or remove it.',
  set_twice: 'A later line sets the same name to something else, which counts. Remove one.',
} as const satisfies Record<SettingsLineDoubt['problem'], string>

/** What a doubtful line of `.env` means, and what to do. */
export function doubtMeaning({ problem }: SettingsLineDoubt): string {
  return MEANING[problem]
}

/** Logs what a `.env` file has that does nothing: names that are no settings, lines without effect. 20 lines of each at most. */
export function warnOfSettingsFile({ names, doubts }: SettingsFileRead, log: Logger): void {
  warnOfUnknownSettings(names, log)
  for (const doubt of doubts.slice(0, MAX_TOLD)) {
    const { line, name, problem } = doubt
    logEvent(log, 'warn', {
      event: 'settings_line_ignored',
      line,
      name,
      problem,
      hint: doubtMeaning(doubt),
    })
  }
}
