/**
 * The links of a built site that lead to a heading that is not there, as `page: link`.
 *
 * `pages` has the HTML of every page by its path (`library.html`). VitePress itself finds links to pages that are not
 * there, and leaves headings out.
 */
export function brokenAnchors(pages: ReadonlyMap<string, string>): readonly string[] {
  const broken: string[] = []
  for (const [page, html] of pages) {
    for (const [, link = ''] of html.matchAll(/\bhref="([^"]*#[^"]+)"/g)) {
      if (/^[a-z]+:/.test(link)) continue
      const { pathname, hash } = new URL(link, `https://site/${page}`)
      const there = pages.get(pathname === '/' ? 'index.html' : pathname.slice(1))
      if (there?.includes(`id="${decodeURIComponent(hash.slice(1))}"`) !== true) {
        broken.push(`${page}: ${link}`)
      }
    }
  }
  return broken
}
