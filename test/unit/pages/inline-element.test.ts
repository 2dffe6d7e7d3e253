import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { html } from '../../../src/pages/html.js'
import { inlineElement } from '../../../src/pages/inline-element.js'

test('an inline element holds exactly the text whose hash lets it in', () => {
  const { element, source } = inlineElement('script', 'a < b && "c"')
  expect(element.toString()).toBe('<script>a < b && "c"</script>')
  const hash = createHash('sha256').update('a < b && "c"').digest('base64')
  expect(source).toBe(`'sha256-${hash}'`)
})

test.each(['x</script><script>', 'a <!-- b'])('an inline element takes no text like %s', (text) => {
  expect(() => inlineElement('script', text)).toThrow(TypeError)
})

test('a template escapes every text, in elements and attributes, and joins markup as it is', () => {
  const hostile = `<b>"'&`
  const inner = html`<i>${hostile}</i>`
  expect(html`<p title="${hostile}">${[inner, inner]}${1}</p>`.toString()).toBe(
    '<p title="&lt;b&gt;&quot;&#39;&amp;"><i>&lt;b&gt;&quot;&#39;&amp;</i><i>&lt;b&gt;&quot;&#39;&amp;</i>1</p>',
  )
})
