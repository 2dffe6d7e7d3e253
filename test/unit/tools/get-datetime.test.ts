import { expect, test } from 'vitest'
import { z } from 'zod'
import { createGetDatetime } from '../../../src/tools/get-datetime.js'

const tool = createGetDatetime(() => Date.UTC(2026, 10, 25, 12, 30))

test('[B12] the output schema of get_datetime is short: the format date-time, and no regular expression', () => {
  const schema = z.toJSONSchema(tool.outputSchema)
  expect(schema.properties).toEqual({
    datetime: { type: 'string', format: 'date-time', description: expect.any(String) as string },
  })
})

test('get_datetime tells the time of the clock in UTC', async () => {
  const answer = await tool.handler({}, {
    signal: AbortSignal.any([]),
  } as Parameters<typeof tool.handler>[1])
  expect(tool.outputSchema.parse(answer)).toEqual({ datetime: '2026-11-25T12:30:00.000Z' })
})
