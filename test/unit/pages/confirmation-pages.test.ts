import { describe, expect, test } from 'vitest'
import type { PendingCall } from '../../../src/confirmation/pending-calls.js'
import { callPage } from '../../../src/pages/confirmation-pages.js'

const call: PendingCall = {
  id: 'A'.repeat(43),
  user: 'user',
  tool: 'cancelBooking',
  question: 'Allow this call in your name?\n\n- Tool: `cancelBooking`\n- `bookingId`: `"b1"`',
  client: { id: 'client' },
  expiresAtMs: Date.UTC(2026, 10, 27, 12),
  state: 'waiting',
}
const reader = { name: 'Alice', token: 'form-token' }

describe('the page of a call that waits', () => {
  test('shows the call, who asks, who has signed in and until when', () => {
    const page = callPage({ ...call, client: { id: 'client-1', name: 'Claude' } }, reader)
    for (const text of ['cancelBooking', '&quot;b1&quot;', 'client-1', 'Claude', 'Alice']) {
      expect(page).toContain(text)
    }
    expect(page).toContain('2026-11-27 12:00:00 UTC')
  })

  test.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onclick='alert(1)"])(
    'has no markup of a client or a person: %s',
    (text) => {
      const page = callPage(
        { ...call, client: { id: text, name: text } },
        { ...reader, name: text },
      )
      expect(page).not.toContain(text)
      expect(page).not.toMatch(/<script>alert|<img/)
    },
  )

  test.each(['\u202egnp.exe', 'a\u200bb', 'a\u2066b', '\u0007', 'a\u00a0b', '\ud800'])(
    'shows what is hidden in a name: %j',
    (text) => {
      const page = callPage(
        { ...call, client: { id: text, name: text } },
        { ...reader, name: text },
      )
      expect(page).not.toContain(text)
      expect(page).toMatch(/\\u(?:202e|200b|2066|0007|00a0|d800)/)
    },
  )

  test('cuts what is long', () => {
    const page = callPage(
      { ...call, client: { id: 'c'.repeat(5_000), name: 'n'.repeat(5_000) } },
      reader,
    )
    expect(page).not.toContain('c'.repeat(301))
    expect(page).not.toContain('n'.repeat(101))
  })
})
