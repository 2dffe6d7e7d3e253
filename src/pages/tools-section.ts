import { unionScopes } from '../scopes.js'
import { html, type Html } from './html.js'
import type { HomePageTool } from './home-page-model.js'
import { codes } from './scope-codes.js'

/** Tools shown below one heading, and without any. */
const MAX_IN_GROUP = 12
const MAX_UNGROUPED = 100
const MAX_GROUPS = 40

/** The tools and what a token needs for each; the same for every reader. Names some of each group, and counts the rest. */
export function toolsSection(tools: readonly HomePageTool[]): Html {
  return html`<section aria-labelledby="tools">
    <h2 id="tools">Tools</h2>
    <p>Which of them you can use depends on your permissions and on what you let the program do.</p>
    ${tools.length === 0 ? html`<p>This server has no tools.</p>` : toolLists(tools)}
  </section>`
}

function toolLists(tools: readonly HomePageTool[]): Html | readonly Html[] {
  const groups = [...new Set(tools.flatMap(({ group }) => group ?? []))].sort()
  if (groups.length === 0) return toolList(tools, { most: MAX_UNGROUPED, level: 3 })
  const others = tools.filter(({ group }) => group === undefined)
  const shown = groups.slice(0, MAX_GROUPS)
  const beyond = tools.filter(({ group }) => group !== undefined && !shown.includes(group)).length
  return [
    ...(others.length === 0 ? [] : [toolList(others, { most: MAX_UNGROUPED, level: 3 })]),
    ...shown.map(
      (name) =>
        html`<h3 class="group">${name}</h3>
          ${toolList(
            tools.filter(({ group }) => group === name),
            { most: MAX_IN_GROUP, level: 4 },
          )}`,
    ),
    ...(beyond === 0 ? [] : [html`<p>And ${beyond} more in other groups.</p>`]),
  ]
}

interface ListForm {
  readonly most: number
  /** Of the headings of tools. */
  readonly level: 3 | 4
}

function toolList(tools: readonly HomePageTool[], { most, level }: ListForm): Html {
  const more = tools.length - most
  return html`<ul class="tools">
      ${tools.slice(0, most).map((tool) => toolItem(tool, level))}
    </ul>
    ${more > 0 ? html`<p class="soft">and ${more} more</p>` : ''}`
}

function toolItem(tool: HomePageTool, level: ListForm['level']): Html {
  const { name, title, description, downstream } = tool
  const heading = html`${title ?? name} <code class="soft">${name}</code>`
  return html`<li class="card">
    ${level === 3 ? html`<h3 class="tool">${heading}</h3>` : html`<h4 class="tool">${heading}</h4>`}
    ${description === undefined ? '' : html`<p>${description}</p>`}
    <p class="facts">
      <span>${scopesText(tool)}</span>
      <span>${downstream === undefined ? 'Calls no API' : 'Calls the API as you'}</span>
    </p>
  </li>`
}

function scopesText({ requiredScopes, alternatives = [] }: HomePageTool): Html {
  const ways =
    alternatives.length === 0
      ? [requiredScopes]
      : alternatives.map(({ server }) => unionScopes(requiredScopes, server))
  if (ways.some(({ length }) => length === 0)) return html`Needs a sign-in, no scope`
  const distinct = ways.filter(
    (way, index) => ways.findIndex((one) => one.join(' ') === way.join(' ')) === index,
  )
  return html`Needs
  ${distinct.map((scopes, index) => html`${index === 0 ? '' : ', or '}${codes(scopes)}`)}`
}
