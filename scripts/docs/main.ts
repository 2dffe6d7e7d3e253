import { readFileSync, writeFileSync } from 'node:fs'
import { BLOCKS } from './blocks.js'
import { fillPage } from './fill-page.js'
import { pages } from './pages.js'

/** `npm run docs`: writes the generated parts of all pages anew. */
for (const path of pages()) {
  const text = readFileSync(path, 'utf8')
  const filled = await fillPage(text, path, BLOCKS)
  if (filled === text) continue
  writeFileSync(path, filled)
  process.stdout.write(`${path}\n`)
}
