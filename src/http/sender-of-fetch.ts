import type { Fetch } from './fetch-json.js'
import type { FreshConnectionInit } from './fresh-connection.js'
import type { AnswerBody, HttpSender } from './http-sender.js'

const senders = new WeakMap<Fetch, HttpSender>()

/** Says how the requests of a `fetch` of ours can be sent without the cost of `fetch`: over the same connections. */
export function rememberSender(fetch: Fetch, sender: HttpSender): void {
  senders.set(fetch, sender)
}

/** How to send requests by way of a `fetch`: directly, where it is one of ours, else by calling it. */
export function senderOfFetch(fetch: Fetch): HttpSender {
  return senders.get(fetch) ?? sendByFetch(fetch)
}

function sendByFetch(fetch: Fetch): HttpSender {
  return async ({ url, method, headers, body, signal, freshConnection }) => {
    const init: RequestInit & FreshConnectionInit = {
      ...{ method, headers: [...headers], body: body ?? null, signal },
      ...{ redirect: 'manual', freshConnection },
    }
    const response = await fetch(url, init)
    return {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
      body: response.body === null ? undefined : bodyOf(response.body),
    }
  }
}

function bodyOf(stream: ReadableStream<Uint8Array>): AnswerBody {
  const reader = stream.getReader()
  return {
    next: async () => (await reader.read()).value,
    cancel: (reason) => {
      reader.cancel(reason).catch(() => undefined)
    },
  }
}
