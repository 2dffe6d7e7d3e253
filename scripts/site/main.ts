import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from '../docs/pages.js'
import { ensureInstalled } from '../ensure-installed.js'
import { brokenAnchors } from './broken-anchors.js'
import { llmsText, titleOf } from './llms-text.js'
import { sitePage } from './site-links.js'
import { SITE_GROUPS } from './site-pages.js'

const FOLDER = 'docs/site'
const BUILD = join(ROOT, FOLDER, 'build')
const PAGES = join(BUILD, 'pages')
const SITE = join(BUILD, 'site')
const TIME_LIMIT_MS = 300_000

/** `npm run docs:site`: builds the documentation site into docs/site/build/site. Exit code 1 for a broken link. */
function main(): void {
  ensureInstalled(FOLDER)
  rmSync(BUILD, { recursive: true, force: true })
  for (const [file, page] of SITE_GROUPS.flatMap(({ pages }) => pages)) writePage(file, page)
  const sidebar = SITE_GROUPS.map(({ text, pages }) => ({
    text,
    items: pages.map(([, page]) => ({
      text: titleOf(readPage(page)),
      link: `/${page === 'index.md' ? '' : page.replace(/\.md$/, '')}`,
    })),
  }))
  writeFileSync(join(BUILD, 'sidebar.json'), JSON.stringify(sidebar))
  runGenerator()
  writeForModels()
  assertAnchors()
}

function writePage(file: string, page: string): void {
  const { text, images, targets } = sitePage(readFileSync(join(ROOT, file), 'utf8'), file)
  const missing = targets.filter((target) => !existsSync(join(ROOT, target)))
  if (missing.length > 0)
    throw new Error(`${file} leads to what is not there: ${missing.join(', ')}`)
  write(join(PAGES, page), text)
  for (const image of images) {
    const target = join(PAGES, 'assets', image)
    mkdirSync(dirname(target), { recursive: true })
    copyFileSync(join(ROOT, image), target)
  }
}

function readPage(page: string): string {
  return readFileSync(join(PAGES, page), 'utf8')
}

function runGenerator(): void {
  const program = join(ROOT, FOLDER, 'node_modules/vitepress/bin/vitepress.js')
  const { status } = spawnSync(process.execPath, [program, 'build', FOLDER], {
    cwd: ROOT,
    stdio: 'inherit',
    timeout: TIME_LIMIT_MS,
  })
  if (status !== 0) throw new Error('The site could not be built.')
}

/** Beside the site: `llms.txt`, the Markdown of every page, and all of it in `llms-full.txt`. */
function writeForModels(): void {
  const pages = SITE_GROUPS.flatMap((group) => group.pages.map(([, page]) => page))
  write(join(SITE, 'llms.txt'), llmsText(SITE_GROUPS, readPage))
  write(join(SITE, 'llms-full.txt'), pages.map(readPage).join('\n\n'))
  for (const page of pages) write(join(SITE, page), readPage(page))
}

function assertAnchors(): void {
  const files = readdirSync(SITE).filter((name) => name.endsWith('.html') && name !== '404.html')
  const pages = new Map(files.map((name) => [name, readFileSync(join(SITE, name), 'utf8')]))
  const broken = brokenAnchors(pages)
  if (broken.length > 0) throw new Error(`No such heading:\n  ${broken.join('\n  ')}`)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

try {
  main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'unknown failure'}\n`)
  process.exitCode = 1
}
