import { describe, expect, test } from 'vitest'
import type { Added, JournalEntry, Replaced } from '../../cli/setup/journal/journal-entry.js'
import { journalMetadata, readJournal } from '../../cli/setup/journal/journal-text.js'
import { mergeJournal } from '../../cli/setup/journal/merge-journal.js'
import { isCreatedBySetup, isMarked, namesOf, serverTag } from '../../cli/setup/marks.js'
import { API, useBench } from './setup-support.js'
import { usedTenant } from './setup-tenants.js'

const used = useBench()

const replaced = (was: Replaced['was'], now: Replaced['now']): Replaced => ({
  ...{ kind: 'replaced', object: 'tenant', id: '', field: 'f', was, now },
})
const added = (...values: readonly string[]): Added => ({
  ...{ kind: 'added', to: 'scopes', ids: [API], values },
})

describe('the record of what setup changes', () => {
  test('it is read back as it was written, whatever it contains', () => {
    const entries: readonly JournalEntry[] = [
      replaced(null, true),
      { ...replaced('audience', 'compatibility'), field: 'flags.x' },
      { kind: 'replaced', object: 'api', id: 'urn:ä ö/"\\', field: 'f', was: false, now: true },
      { kind: 'added', to: 'permissions', ids: ['rol_1', API], values: ['a b', '😀', ''] },
      added(...Array.from({ length: 40 }, (_, index) => `scope:number-${index}`)),
    ]
    const metadata = journalMetadata(entries, 2)
    expect(Object.keys(metadata).length).toBeGreaterThan(2)
    expect(Object.values(metadata).filter((value) => !/^[\x21-\x7e]{1,255}$/.test(value))).toEqual(
      [],
    )
    const shuffled = Object.fromEntries(Object.entries(metadata).toReversed())
    expect(readJournal('id', { ...shuffled, provisioned_by: 'x' })).toEqual(entries)
  })

  test('ten keys and more are put together in their order', () => {
    const entries = [added(...Array.from({ length: 9 }, (_, index) => `${index}`.repeat(250)))]
    const metadata = journalMetadata(entries, 0)
    expect(Object.keys(metadata)).toHaveLength(10)
    expect(readJournal('id', metadata)).toEqual(entries)
    expect(() => journalMetadata(entries, 1)).toThrow('too many for that')
  })

  test.each([
    ['the first value stays the one to go back to', [replaced('a', 'b')], replaced('b', 'c'), 'a'],
    ['an interrupted run changes nothing about it', [replaced('a', 'b')], replaced('a', 'b'), 'a'],
    ['a value that somebody has set since is one', [replaced('a', 'b')], replaced('x', 'b'), 'x'],
  ])('%s', (_rule, earlier, planned, was) => {
    expect(mergeJournal(earlier, [planned])).toEqual([{ ...planned, was }])
  })

  test('what was added before and is still there stays to be taken away, what is gone does not', () => {
    const planned = { ...added('c'), held: ['a', 'x'] }
    expect(mergeJournal([added('a', 'b')], [planned])).toEqual([added('a', 'c')])
    expect(mergeJournal([added('a', 'b')], [added('c')])).toEqual([added('a', 'b', 'c')])
  })

  test('a grant that setup has created stays one that it has created', () => {
    const grant = (to: 'grant' | 'new-grant', ...values: readonly string[]): Added => ({
      ...{ kind: 'added', to, ids: ['client', API], values },
    })
    expect(mergeJournal([grant('new-grant', 'a')], [grant('grant', 'b')])).toEqual([
      grant('new-grant', 'a', 'b'),
    ])
  })

  test('what does not fit into the metadata ends the run before anything is written', async () => {
    Object.assign(used.standIn.tenant, usedTenant())
    const scopes = Array.from({ length: 120 }, (_, index) => `orders:operation-${index}`)
    const { code, io } = await used.bench.setup('--yes', '--api-scopes', scopes.join(' '))
    expect(code).toBe(1)
    expect(io.output()).toContain('These changes are too many for that')
    expect(used.standIn.writes()).toEqual([])
  })

  test('it is in the tenant before the first change that it tells of', async () => {
    Object.assign(used.standIn.tenant, usedTenant())
    const first: { journal?: unknown } = {}
    used.standIn.afterWrite = ({ path }) => {
      if (path.endsWith('/clients')) return
      const client = used.standIn.tenant.clients.find((found) => found['client_metadata'])
      first.journal ??= client?.['client_metadata']
    }
    await used.bench.setup('--yes')
    const metadata = first.journal as Record<string, string>
    expect(readJournal('id', metadata)).toContainEqual({
      ...{ kind: 'replaced', object: 'api', id: API, was: false, now: true },
      field: 'skip_consent_for_verifiable_first_party_clients',
    })
    expect(used.standIn.writes()[0]).toBe('POST /api/v2/clients')
  })
})

describe('the marks of setup', () => {
  test.each([
    ['http://localhost:3001/mcp', /^localhost-3001-mcp-[0-9a-f]{8}$/],
    [
      'https://mcp.a-very-long-name.example.com/tools/mcp',
      /^mcp-a-very-long-name-exa-[0-9a-f]{8}$/,
    ],
    ['ä', /^[0-9a-f]{8}$/],
  ])('the tag of %s is short, and fits into every name', (identifier, tag) => {
    expect(serverTag(identifier)).toMatch(tag)
    expect(namesOf(identifier).profile.length).toBeLessThanOrEqual(50)
  })

  test('servers whose identifiers differ by a slash have different tags', () => {
    expect(serverTag('http://localhost:3001/')).not.toBe(serverTag('http://localhost:3001'))
  })

  test('names that say so are marked, and others are not', () => {
    const { serverApi, protectedApi, roleDescription } = namesOf('http://localhost:3001/mcp')
    expect([serverApi, protectedApi, roleDescription].every(isMarked)).toBe(true)
    expect(['MCP Server', 'mcp-on-behalf-of', '', undefined].some(isMarked)).toBe(false)
    expect(isCreatedBySetup({ provisioned_by: 'somebody' })).toBe(false)
  })
})
