import { useData, useRoute } from 'vitepress'
import DefaultTheme from 'vitepress/theme'
import { nextTick, onMounted, watch } from 'vue'

/** The default theme, which also draws the Mermaid diagrams of a page, in its light or dark colours. */
export default {
  extends: DefaultTheme,
  setup() {
    const { isDark } = useData()
    const route = useRoute()
    onMounted(() => draw(isDark.value))
    watch([() => route.path, isDark], () => nextTick(() => draw(isDark.value)))
  },
}

async function draw(dark) {
  const diagrams = [...globalThis.document.querySelectorAll('pre.mermaid')]
  if (diagrams.length === 0) return
  const { default: mermaid } = await import('mermaid')
  for (const diagram of diagrams) {
    diagram.dataset.source ??= diagram.textContent
    diagram.textContent = diagram.dataset.source
    delete diagram.dataset.processed
  }
  mermaid.initialize({ startOnLoad: false, theme: dark ? 'dark' : 'default' })
  await mermaid.run({ nodes: diagrams })
}
