/** Where a page's own links lead: addresses as written, of inline links and of link definitions. */
export function linksOf(page: string): readonly string[] {
  const text = withoutCode(page)
  const inline = [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target)
  const defined = [...text.matchAll(/^\[[^\]]+\]: (\S+)$/gm)].map(([, target = '']) => target)
  return [...inline, ...defined]
}

/** Names of link definitions that a page uses and does not have. */
export function undefinedLinks(page: string): readonly string[] {
  const text = withoutCode(page)
  const defined = new Set([...text.matchAll(/^\[([^\]]+)\]: /gm)].map(([, name = '']) => name))
  const used = [...text.matchAll(/\]\[([^\]]+)\]/g)].map(([, name = '']) => name)
  return used.filter((name) => !defined.has(name))
}

/** The anchors of a page's headings, made as GitHub makes them. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of page.replaceAll(FENCED, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = slug(heading)
    let [unused, count] = [anchor, 0]
    while (anchors.has(unused)) unused = `${anchor}-${(count += 1)}`
    anchors.add(unused)
  }
  return anchors
}

const FENCED = /^```[\s\S]*?^```$/gm

function withoutCode(page: string): string {
  return page.replaceAll(FENCED, '').replaceAll(/`[^`\n]*`/g, '`')
}

function slug(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
    .replaceAll(' ', '-')
}
