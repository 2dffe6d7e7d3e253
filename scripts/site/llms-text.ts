import type { SiteGroup } from './site-pages.js'

/**
 * `llms.txt`: the site's pages for language models, each with the address of its Markdown and its first sentence.
 *
 * `read` returns the Markdown of a page of the site. The format is that of https://llmstxt.org.
 */
export function llmsText(groups: readonly SiteGroup[], read: (page: string) => string): string {
  const sections = groups.map(({ text, pages }) => {
    const lines = pages.map(([, page]) => {
      const markdown = read(page)
      return `- [${titleOf(markdown)}](/${page}): ${firstSentenceOf(markdown)}`
    })
    return `## ${text}\n\n${lines.join('\n')}\n`
  })
  const start = read('index.md')
  return `# ${titleOf(start)}\n\n> ${firstParagraphOf(start)}\n\n${sections.join('\n')}`
}

/** The first heading of a page. Throws for a page without one. */
export function titleOf(markdown: string): string {
  const [, title] = /^# (.+)$/m.exec(markdown) ?? []
  if (title === undefined) throw new Error('a page of the site has no heading')
  return title
}

function firstParagraphOf(markdown: string): string {
  const [, body = ''] = /^# .+$([\s\S]*)/m.exec(markdown) ?? []
  const first =
    body.split(/\n{2,}/).find((paragraph) => /^\s*[\p{L}\p{N}`*_“[]/u.test(paragraph)) ?? ''
  return plain(first)
}

function firstSentenceOf(markdown: string): string {
  const [, sentence] = /^(.*?[.!?])(?:\s|$)/.exec(firstParagraphOf(markdown)) ?? []
  return sentence ?? firstParagraphOf(markdown)
}

function plain(paragraph: string): string {
  return paragraph
    .replaceAll(/\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])/g, '$1')
    .replaceAll('**', '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}
