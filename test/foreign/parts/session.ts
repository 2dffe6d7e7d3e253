/** A browser's session at glewlwyd: its cookie, and requests with it. */
export interface Session {
  /** Sends a request; resolves with the answer, whatever its status. Follows no redirect. */
  send(method: string, path: string, body?: unknown): Promise<Response>
  /** The same; rejects unless the answer is a success. */
  request(method: string, path: string, body?: unknown): Promise<Response>
}

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Opens a session as a user of glewlwyd, by its API for the sign-in page. */
export async function openSession(origin: string, credentials: Credentials): Promise<Session> {
  const answer = await sendJson(new URL('/api/auth/', origin), {
    method: 'POST',
    body: credentials,
  })
  if (!answer.ok)
    throw new Error(`glewlwyd did not sign ${credentials.username} in: ${answer.status}`)
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const send: Session['send'] = (method, path, body) =>
    sendJson(new URL(path, origin), { method, body, cookie })
  return {
    send,
    async request(method, path, body) {
      const response = await send(method, path, body)
      if (response.ok) return response
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    },
  }
}

interface Sent {
  readonly method: string
  readonly body?: unknown
  readonly cookie?: string
}

function sendJson(url: URL, { method, body, cookie }: Sent): Promise<Response> {
  return fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(cookie === undefined ? {} : { Cookie: cookie }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}
