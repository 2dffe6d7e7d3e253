import type { Attack } from './attack.js'
import type { Theme } from './catalogue.js'

/** Themes as rows of a table of suites. */
export function titled(themes: readonly Theme[]): (readonly [string, Theme])[] {
  return themes.map((theme) => [theme.title, theme])
}

/** Attacks as rows of a table of tests. */
export function named(attacks: readonly Attack[]): (readonly [string, Attack])[] {
  return attacks.map((attack) => [attack.name, attack])
}
