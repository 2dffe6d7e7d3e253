// Loaded into the server with --import: shifts its clock, and says what the process holds.
import { answerQuestions } from './answer-questions.mjs'

const SystemDate = Date
let shiftMs = 0
const now = () => SystemDate.now() + shiftMs

// Timers count on a clock of their own, as they do when the clock of a machine is set.
globalThis.Date = new Proxy(SystemDate, {
  construct: (target, given, constructed) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, constructed),
  apply: () => new SystemDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : target[name]),
})

answerQuestions(({ clockShiftMs }) => {
  if (clockShiftMs !== undefined) shiftMs = clockShiftMs
  else return held()
})

function held() {
  // What the first collection frees, a second one may free more of.
  for (let time = 0; time < 3; time += 1) globalThis.gc()
  const handles = {}
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heapBytes: heapUsed + external, rssBytes: rss, handles }
}
