import { describe, expect, test } from 'vitest'
import { answerInForm } from '../../../src/http/answer-in-form.js'

const JSON_ALONE = { json: true, eventStream: false }
const CALL = { jsonrpc: '2.0', id: 7, method: 'tools/call' }

const streamOf = (...chunks: readonly string[]): { answer: Response; given: () => boolean } => {
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      if (!chunks.join('').includes('elicitation')) controller.close()
    },
    cancel() {
      cancelled = true
    },
  })
  const headers = { 'Content-Type': 'text/event-stream', 'Mcp-Session-Id': 's', Connection: 'x' }
  return { answer: new Response(body, { headers }), given: () => cancelled }
}

const asJson = (answer: Response, message: unknown = CALL): Promise<Response> =>
  answerInForm(answer, { forms: JSON_ALONE, message, signal: new AbortController().signal })

const event = (data: object): string => `event: message\nid: 1\ndata: ${JSON.stringify(data)}\n\n`
const RESULT = { jsonrpc: '2.0', id: 7, result: { text: 'ä\n\ndata: 1' } }
const NOTE = { jsonrpc: '2.0', method: 'notifications/progress', params: {} }

describe('an event stream for a client that takes JSON alone', () => {
  test('[case 31] an event stream for a client that takes JSON alone becomes its response, whatever else is in it and wherever it is cut', async () => {
    const text = `: open\n\nid: 0\nretry: 5\ndata: \n\n: keepalive\n\n${event(NOTE)}${event(RESULT)}`
    const bytes = Buffer.from(text)
    for (let cut = 0; cut < bytes.length; cut += 3) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new Uint8Array(bytes.subarray(0, cut)))
          controller.enqueue(new Uint8Array(bytes.subarray(cut)))
          controller.close()
        },
      })
      const headers = { 'Content-Type': 'text/event-stream' }
      expect(await (await asJson(new Response(body, { headers }))).json()).toEqual(RESULT)
    }
  })

  test('[case 31] an event stream for a client that takes JSON alone keeps the session id, and loses what only a stream has', async () => {
    const { headers } = await asJson(streamOf(event(RESULT)).answer)
    expect(Object.fromEntries(headers)).toEqual({
      'cache-control': 'no-store',
      'content-type': 'application/json',
      'mcp-session-id': 's',
    })
  })

  test('[case 31] an event stream for a client that takes JSON alone is given up with an error where the server asks the client something', async () => {
    const ask = { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: {} }
    const { answer, given } = streamOf(event(ask))
    expect(await (await asJson(answer)).json()).toMatchObject({
      id: 7,
      error: { code: -32000, message: expect.stringContaining('text/event-stream') as string },
    })
    expect(given()).toBe(true)
  })

  test('[case 31] an event stream for a client that takes JSON alone that ends without a response is a cancelled call', async () => {
    await expect(asJson(streamOf(event(NOTE)).answer)).rejects.toMatchObject({ code: 'cancelled' })
  })
})
