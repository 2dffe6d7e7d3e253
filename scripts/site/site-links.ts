import { posix } from 'node:path'
import { PAGE_OF } from './site-pages.js'

export const REPOSITORY = 'https://github.com/mcp-on-behalf-of/mcp-on-behalf-of'

export interface SitePage {
  readonly text: string
  /** The images that the page shows, as files of the repository. The site has each under `assets/`. */
  readonly images: readonly string[]
  /** Every file and folder of the repository that the page leads to. */
  readonly targets: readonly string[]
}

const CODE = /(^```[\s\S]*?^```$|`[^`\n]*`)/gm
/** Links, link definitions, and the sources of images in HTML; the target is the second group. */
const TARGETS = [
  /(\]\()([^()\s]+)(\))/g,
  /(^\[[^\]]+\]: )(\S+)($)/gm,
  /(\b(?:src|srcset)=")([^"\s]+)(")/g,
]
const IMAGE = /\.(?:svg|png|jpe?g|gif|webp)$/

/**
 * A page with its links as they have to be on the site: to other pages by their names there, to images that are taken
 * along, and to anything else of the repository at GitHub. `file` is where the page stands in the repository.
 *
 * Code stays as it is. Does not look whether a target exists.
 */
export function sitePage(text: string, file: string): SitePage {
  const images = new Set<string>()
  const targets = new Set<string>()
  const toSite = (target: string): string => {
    if (/^[a-z]+:/.test(target) || target.startsWith('#')) return target
    const [path = '', anchor] = target.split('#')
    const found = posix.join(posix.dirname(file), path)
    targets.add(found)
    if (IMAGE.test(found)) {
      images.add(found)
      return `./assets/${found}`
    }
    const page = PAGE_OF.get(found)
    const link = page === undefined ? `${REPOSITORY}/blob/main/${found}` : `./${page}`
    return anchor === undefined ? link : `${link}#${anchor}`
  }
  const rewritten = text
    .split(CODE)
    .map((piece, at) => (at % 2 === 1 ? piece : inProse(piece, toSite)))
  return { text: rewritten.join(''), images: [...images], targets: [...targets] }
}

function inProse(prose: string, toSite: (target: string) => string): string {
  const rewrite = (_: string, ...[before = '', target = '', after = '']: string[]): string =>
    `${before}${toSite(target)}${after}`
  return TARGETS.reduce((text, pattern) => text.replaceAll(pattern, rewrite), prose)
}
