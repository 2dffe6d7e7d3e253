import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BLOCKS } from './blocks.js'
import { envExample } from './env-example.js'
import { fillPage } from './fill-page.js'
import { pages, ROOT } from './pages.js'

/** `npm run docs`: writes the generated parts of all pages anew, and `.env.example`. */
for (const path of pages()) {
  write(path, await fillPage(readFileSync(path, 'utf8'), path, BLOCKS))
}
write(join(ROOT, '.env.example'), envExample())

function write(path: string, text: string): void {
  if (readFileSync(path, 'utf8') === text) return
  writeFileSync(path, text)
  process.stdout.write(`${path}\n`)
}
