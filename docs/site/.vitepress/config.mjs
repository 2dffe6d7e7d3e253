import { readFileSync } from 'node:fs'
import { URL } from 'node:url'

const REPOSITORY = 'https://github.com/mcp-on-behalf-of/mcp-on-behalf-of'

// Written by scripts/site/main.ts, as are the pages.
const sidebar = JSON.parse(readFileSync(new URL('../build/sidebar.json', import.meta.url), 'utf8'))

export default {
  title: 'mcp-on-behalf-of',
  description: 'An MCP server in front of your API, in which every tool call is made as the user.',
  lang: 'en',
  srcDir: 'build/pages',
  outDir: 'build/site',
  cacheDir: 'build/cache',
  cleanUrls: false,
  // Pages name addresses on the reader's machine. Every other link has to lead somewhere, or the build fails.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    // Code is not a template, whatever braces stand in it.
    config: (md) => {
      const render = md.renderer.rules.code_inline
      md.renderer.rules.code_inline = (tokens, at, ...rest) => {
        tokens[at].attrSet('v-pre', '')
        return render(tokens, at, ...rest)
      }
      // Drawn by the theme; the text stays readable where no script runs.
      const fence = md.renderer.rules.fence
      md.renderer.rules.fence = (tokens, at, ...rest) => {
        const { info, content } = tokens[at]
        return info.trim() === 'mermaid'
          ? `<pre class="mermaid" v-pre>${md.utils.escapeHtml(content)}</pre>`
          : fence(tokens, at, ...rest)
      }
    },
    // As GitHub makes them, so that a link to a heading is right in both places.
    anchor: {
      slugify: (heading) =>
        heading
          .trim()
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, '')
          .replaceAll(' ', '-'),
    },
  },
  themeConfig: {
    nav: [
      { text: 'Library', link: '/library' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'Failures', link: '/failures' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: REPOSITORY }],
  },
}
