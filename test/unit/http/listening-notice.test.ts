import { expect, test } from 'vitest'
import { tellListening } from '../../../src/http/listening-notice.js'

const ENDPOINT = new URL('http://localhost:3001/mcp')

function told(isTTY: boolean | undefined, homePage = true): string {
  let text = ''
  const output = { isTTY, write: (chunk: string) => (text += chunk) }
  tellListening({ endpoint: ENDPOINT, homePage }, output)
  return text
}

test('[B13] in a terminal a server that listens says where its endpoint and its page are', () => {
  expect(told(true)).toBe(
    'Listening on http://localhost:3001/mcp, page at http://localhost:3001/\n',
  )
})

test('[B13] a server without a page names no page', () => {
  expect(told(true, false)).toBe('Listening on http://localhost:3001/mcp\n')
})

test.each([[false], [undefined]])(
  '[B13] where standard output is no terminal (%s), a server that listens writes log lines alone',
  (isTTY) => {
    expect(told(isTTY)).toBe('')
  },
)
