import ts from 'typescript'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve, basename } from 'node:path'
const root = process.cwd()
const H = (f) => resolve(root, 'test/helpers', f)
const EA = 'exchange-answers.js', TA = 'tool-answer.js', MR = 'mcp-requests.js', SM = 'start-mcp-server.js', SL = 'start-library-server.js', AP = 'test-api.js'
const maps = {
  'mcp-door': { openMcpDoor: ['startMcpServer', SM], McpDoor: ['TestServer', SM], '*': MR },
  'session-door': { openSessionDoor: ['startMcpServer', SM], SessionDoor: ['TestServer', SM], '*': MR },
  'exchange-app': { openExchangeApp: ['startMcpServer', SM], modernCall: ['modern', 'wire.js'], '*': SM },
  'exchange-stack': { openExchangeStack: ['startMcpServer', SM], ExchangeStack: ['TestServer', SM], openCountingApi: ['startTestApi', AP], CountingApi: ['TestApi', AP], callForAnswer: ['callForAnswer', TA], mintSubject: ['mintSubject', TA], ToolAnswer: ['ToolAnswer', TA], toolAnswer: ['toolAnswer', TA], CallOptions: ['CallOptions', TA], '*': EA },
  'own-server': { openOwnServer: ['startLibraryServer', SL], OwnServer: ['TestServer', SM], '*': SL },
  'library-server': { openLibraryServer: ['startLibraryServer', SL], LibraryServer: ['TestServer', SM], '*': SL },
  'dialect-door': { DialectDoors: ['callWithClaims', 'claims-outcome.js'], '*': 'claims-outcome.js' },
  'bare-sdk': { openBareSdk: ['startBareSdk', 'bare-sdk.js'], '*': 'bare-sdk.js' },
  'example-setting': { openExampleSetting: ['startExampleSetting', 'example-setting.js'], '*': 'example-setting.js' },
}
for (const file of process.argv.slice(2)) {
  let text = readFileSync(file, 'utf8')
  const sf = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const out = new Map(); const renames = new Map(); const cuts = []
  for (const st of sf.statements) {
    if (!ts.isImportDeclaration(st)) continue
    const spec = st.moduleSpecifier.text
    if (!spec.startsWith('.')) continue
    const abs = resolve(dirname(file), spec)
    const base = basename(spec).replace('.js', '')
    let map
    if (abs.startsWith(resolve(root, 'test/helpers')) && maps[base]) map = maps[base]
    else if (abs === resolve(root, 'test/unit/local-server.js')) map = { startLocalServer: ['startHttpServer', 'start-http-server.js'], LocalServer: ['HttpServer', 'start-http-server.js'], deadOrigin: ['deadOrigin', 'start-http-server.js'], json: ['json', '../unit/answer-json.js'], '*': '?' }
    else if (abs.startsWith(resolve(root, 'test/helpers')) || abs === resolve(root, 'test/unit/answer-json.js')) map = { '*': relative(resolve(root,'test/helpers'), abs) }
    if (!map) continue
    const nb = st.importClause?.namedBindings
    if (!nb || !ts.isNamedImports(nb)) continue
    const allType = st.importClause.isTypeOnly
    for (const el of nb.elements) {
      const name = el.name.text
      const [to, mod] = map[name] ?? [name, map['*']]
      if (to !== name) renames.set(name, to)
      const key = mod
      const list = out.get(key) ?? new Map(); out.set(key, list)
      const prop = el.propertyName ? `${el.propertyName.text} as ${to}` : to
      const isType = allType || el.isTypeOnly
      list.set(prop, (list.get(prop) ?? true) && isType)
    }
    cuts.push([st.getStart(sf), st.getEnd()])
  }
  if (cuts.length === 0) continue
  const names = [...renames.keys()]
  const lines = [...out.entries()].sort(([a],[b]) => a < b ? -1 : 1).map(([mod, list]) => {
    let rel = relative(dirname(resolve(file)), H(mod)); if (!rel.startsWith('.')) rel = './' + rel
    const types = [...list.values()].every(Boolean)
    const items = [...list.entries()].sort(([a],[b]) => a.toLowerCase() < b.toLowerCase() ? -1 : 1).map(([n, t]) => (!types && t ? `type ${n}` : n))
    return `import ${types ? 'type ' : ''}{ ${items.join(', ')} } from '${rel}'`
  })
  // place at first cut
  for (let i = cuts.length - 1; i >= 0; i--) {
    const [a, b] = cuts[i]
    text = text.slice(0, a) + (i === 0 ? lines.join('\n') : '') + text.slice(text[b] === '\n' && i !== 0 ? b + 1 : b)
  }
  for (const [from, to] of renames) text = text.replace(new RegExp(`\\b${from}\\b`, 'g'), to)
  writeFileSync(file, text)
}
