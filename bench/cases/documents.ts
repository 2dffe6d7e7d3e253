import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contest } from '../load/contest.js'
import { listOf } from '../load/messages.js'
import { rowOf } from '../report/results.js'
import { median } from '../statistics.js'
import { during, warm, type Stack } from '../stack.js'
import { against, WHOAMI } from './calls.js'
import { generatedDocument } from './generated-document.js'
import type { Measured } from './measured.js'
import { msToReady } from './start.js'

const OPERATIONS = 300
const TIMES = 5

/** [openapi 34] What an OpenAPI document of 300 operations costs a call of another tool, the list, and the start. */
export async function manyOperations(stack: Stack): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-document-'))
  const file = join(folder, 'openapi.json')
  writeFileSync(file, JSON.stringify(generatedDocument(OPERATIONS / 3)))
  const environment = { OPENAPI_DOCUMENT: file, OPENAPI_MAX_TOOLS: `${OPERATIONS}` }
  try {
    return await withDocument(stack, environment)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function withDocument(stack: Stack, environment: Record<string, string>): Promise<Measured> {
  const [token = ''] = await stack.newTokens(1)
  const name = `ours, a document of ${OPERATIONS} operations`
  return during([stack.ours(), stack.ours({ environment })], async ([without, having]) => {
    if (!without || !having) throw new Error('not started')
    const calls = await contest(
      [
        warm('ours, no document', without, { message: WHOAMI, token }),
        warm(name, having, { message: WHOAMI, token }),
      ],
      stack.plan,
    )
    const lists = await contest(
      [warm(name, having, { message: listOf('list_things99'), token })],
      stack.plan,
    )
    return {
      tables: [
        { title: 'whoami beside a document', rows: calls.map(rowOf) },
        { title: `tools/list of ${OPERATIONS} operations`, rows: lists.map(rowOf) },
      ],
      ratios: {
        document_300: against(calls, name),
        document_start_ms: await addedToStart(stack, environment),
      },
    }
  })
}

/** Both starts take turns, so that what slows the machine slows both. */
async function addedToStart(stack: Stack, environment: Record<string, string>): Promise<number> {
  const added: number[] = []
  for (let time = 0; time < TIMES; time += 1) {
    const without = await msToReady(stack)
    added.push((await msToReady(stack, environment)) - without)
  }
  return median(added)
}
