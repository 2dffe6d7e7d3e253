import { describe, expect, test } from 'vitest'
import { apiThemes, mcpThemes, type Theme } from './catalogue.js'

describe('the catalogue of attacks', () => {
  test.each<[string, readonly Theme[], number]>([
    ['the MCP server', mcpThemes, 700],
    ['the API', apiThemes, 500],
  ])('names each attack on %s once, and has more than enough of them', (_, themes, least) => {
    const names = themes.flatMap(({ attacks }) => attacks.map(({ name }) => name))
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
    expect(names.length).toBeGreaterThanOrEqual(least)
  })

  test('says of every attack what the right answer is', () => {
    const attacks = [...mcpThemes, ...apiThemes].flatMap((theme) => theme.attacks)
    expect(attacks.filter(({ expected }) => expected === undefined)).toEqual([])
  })

  test('accepts a status 200 only together with what the body has to say', () => {
    const attacks = [...mcpThemes, ...apiThemes].flatMap((theme) => theme.attacks)
    const tolerant = attacks.filter(({ expected }) => [expected?.status].flat().includes(200))
    expect(tolerant.filter(({ expected }) => expected?.body === undefined)).toEqual([])
    expect(tolerant.length).toBeGreaterThan(0)
  })
})
