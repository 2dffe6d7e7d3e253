import type { SettingValues } from './settings.js'

/** The issuer that the settings name, if they name one. */
export function issuerOf({ AUTH0_DOMAIN, ISSUER_BASE_URL }: SettingValues): string | undefined {
  return AUTH0_DOMAIN === undefined ? ISSUER_BASE_URL : `https://${AUTH0_DOMAIN}/`
}
