import type { SettingsFileRead } from './settings-file-doubts.js'

/** Where an environment carries what its `.env` file has beside its values; a copy of the environment has it too. */
export const SETTINGS_FILE: unique symbol = Symbol('settings file')

/** What a `.env` file has that was not there. */
export const NO_SETTINGS_FILE: SettingsFileRead = { names: [], doubts: [] }
