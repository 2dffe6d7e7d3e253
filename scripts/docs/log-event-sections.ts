import { LOG_EVENT_ADVICE } from './log-event-advice.js'
import { logEvents, type LogEvent } from './log-events.js'
import { wrapped } from './wrapped.js'

/**
 * One section a log event: its level, its fields, what it wants an operator to do.
 *
 * Throws for an event that nobody has said anything about.
 */
export function logEventSections(): string {
  const events = logEvents()
  return [...new Set(events.map(({ name }) => name))]
    .sort()
    .map((name) =>
      section(
        name,
        events.filter((event) => event.name === name),
      ),
    )
    .join('\n\n')
}

function section(name: string, places: readonly LogEvent[]): string {
  const advice = Object.hasOwn(LOG_EVENT_ADVICE, name) ? LOG_EVENT_ADVICE[name] : undefined
  if (advice === undefined)
    throw new Error(`scripts/docs/log-event-advice.ts says nothing of ${name}`)
  const levels = [...new Set(places.map(({ level }) => level ?? 'as the code in it has it'))]
  const fields = [...new Set(places.flatMap((place) => place.fields))]
  const named =
    fields.length === 0 ? '' : `; fields ${fields.map((field) => `\`${field}\``).join(', ')}`
  return `### ${name}\n\n${wrapped(`Level: ${levels.join(', ')}${named}.`)}\n\n${wrapped(advice)}`
}
