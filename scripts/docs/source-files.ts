import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './pages.js'

/** The TypeScript files below a folder of the project, from the project's root, in the order of their names. */
export function filesBelow(place: string): readonly string[] {
  const directory = join(ROOT, place)
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => join(place, name))
}
