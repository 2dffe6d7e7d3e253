import { describe, expect, test } from 'vitest'
import type { HomePageTool } from '../../../src/pages/home-page-model.js'
import { toolsSection } from '../../../src/pages/tools-section.js'

function tools(count: number, group?: string): readonly HomePageTool[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${group ?? 'tool'}_${index}`,
    requiredScopes: [],
    group,
  }))
}

const rendered = (list: readonly HomePageTool[]): string => toolsSection(list).toString()
const items = (page: string): number => page.split('<li class="card">').length - 1

describe('the tools on the page at /', () => {
  test('are below headings, some of each, and the rest is counted', () => {
    const page = rendered([...tools(322, 'Trips'), ...tools(2, 'Bookings')])
    expect([...page.matchAll(/<h3 class="group">([^<]*)</g)].map(([, name]) => name)).toEqual([
      'Bookings',
      'Trips',
    ])
    expect(items(page)).toBe(14)
    expect(page).toContain('and 310 more')
  })

  test('of many groups are counted beyond those that are shown', () => {
    const many = Array.from({ length: 45 }, (_, index) => tools(2, `G${100 + index}`)).flat()
    const page = rendered(many)
    expect(items(page)).toBe(80)
    expect(page).toContain('And 10 more in other groups.')
  })

  test('without a group stand first, as on a page without groups', () => {
    const page = rendered([...tools(1, 'Trips'), ...tools(1)])
    expect(page.indexOf('tool_0')).toBeLessThan(page.indexOf('Trips_0'))
    expect(rendered(tools(1))).not.toContain('class="group"')
  })

  test('name the scopes of each alternative', () => {
    const needs = (alternatives: readonly { readonly server: readonly string[] }[]): string =>
      rendered([{ name: 'a', requiredScopes: ['x'], alternatives }])
        .replace(/<[^>]*>/g, '')
        .replace(/\s+/g, ' ')
    expect(needs([{ server: ['b', 'c'] }, { server: ['d'] }])).toContain('Needs x b c, or x d')
    expect(needs([{ server: ['b'] }, { server: ['b'] }])).toContain('Needs x b Calls')
    const open = rendered([{ name: 'a', requiredScopes: [], alternatives: [{ server: [] }] }])
    expect(open).toContain('Needs a sign-in, no scope')
  })
})
