import { readFileSync } from 'node:fs'
import { createConfirmation, Secret } from 'mcp-on-behalf-of'
import { defineTool } from 'mcp-on-behalf-of/server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { toolsFromOpenApi } from '../../../src/openapi-tools/tools-from-openapi.js'
import { BOOKINGS } from '../../helpers/confirming-server.js'

describe('the options of createConfirmation', () => {
  test.each([
    [{ keys: [new Secret('short')] }, /keys\.0: must have 32 characters or more/],
    [{ keys: ['k'.repeat(32)] }, /keys\.0: must be a Secret/],
    [{ keys: [] }, /keys: must have a key, or be left out/],
    [{ lifetimeMs: 3_600_001 }, /lifetimeMs: must be at most an hour/],
    [{ lifetime: 5 }, /unknown option: "lifetime" \(did you mean "lifetimeMs"\?\)/],
  ])('%j are refused with what to change', (options, message) => {
    expect(() => createConfirmation(options as object)).toThrow(message)
  })
})

describe('confirm of a tool', () => {
  const tool = {
    ...{ name: 'a', title: 'A', description: 'A.', requiredScopes: [] },
    ...{ inputSchema: z.object({}), outputSchema: z.object({}) },
    ...{ toText: () => '', handler: () => ({}) },
  }

  test.each([true, false, { operation: 'DELETE /a' }])('may be %j', (confirm) => {
    expect(defineTool({ ...tool, confirm }).confirm).toEqual(confirm)
  })

  test.each(['yes', { operation: '' }, { operations: 'DELETE /a' }])('is not %j', (confirm) => {
    expect(() => defineTool({ ...tool, confirm: confirm as never })).toThrow(
      /tool \("a"\)\.confirm/,
    )
  })
})

describe('confirm of the tools of a document', () => {
  const document = readFileSync(BOOKINGS)
  const asking = (options: Partial<Parameters<typeof toolsFromOpenApi>[1]>) =>
    toolsFromOpenApi(document, { api: 'api', ...options })
      .tools.filter(({ confirm }) => confirm !== undefined)
      .map(({ name, confirm }) => [name, confirm])

  test('is off, unless an option says otherwise', () => {
    expect(asking({})).toEqual([])
    expect(asking({ confirm: 'off' })).toEqual([])
  })

  test('is for what destroys, or for all that writes, and names the operation', () => {
    expect(asking({ confirm: 'destructive' })).toEqual([
      ['cancelBooking', { operation: 'DELETE /bookings/{bookingId}' }],
      ['createBooking', { operation: 'POST /bookings' }],
    ])
    expect(asking({ confirm: 'writes' }).map(([name]) => name)).toEqual([
      ...['cancelBooking', 'createBooking', 'createDraft'],
    ])
  })

  test('is what the curation says of an operation', () => {
    const curation = { cancelBooking: { confirm: false }, listBookings: { confirm: true } }
    const names = asking({ confirm: 'destructive', curation }).map(([name]) => name)
    expect(names).toEqual(['createBooking', 'listBookings'])
  })
})
