import { seriesIn, sumOf, type Series } from '../../helpers/prometheus-text.js'
import { Faults } from './faults.js'

const OWN = 'mcp_on_behalf_of_'

/** Reads the metrics of a server now and then, as Prometheus would. */
export class MetricsCheck {
  readonly faults = new Faults()
  readonly #url: string
  #last: readonly Series[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** How many series there are. */
  get series(): number {
    return this.#last.length
  }

  async look(): Promise<void> {
    const answered = await fetch(this.#url)
    const text = await answered.text()
    if (answered.ok) this.#last = seriesIn(text)
    else this.faults.add('metrics that cannot be read', `${answered.status} ${text}`)
  }

  /** Compares the counts of the last look with those of the audit, when nothing is under way any more. */
  compare(outcomes: ReadonlyMap<string, number>): void {
    const counted = (labels: Readonly<Record<string, string>>) =>
      sumOf(this.#last, `${OWN}tool_calls_total`, labels)
    for (const [outcome, records] of outcomes) {
      if (counted({ outcome }) !== records) {
        this.faults.add(
          'a metric that differs from the audit',
          `${outcome}: ${counted({ outcome })} counted, ${records} records`,
        )
      }
    }
    const dropped = sumOf(this.#last, `${OWN}audit_records_dropped_total`)
    if (dropped > 0) this.faults.add('audit records that were dropped', `${dropped}`)
    const active = sumOf(this.#last, 'http_server_active_requests')
    if (active !== 0) this.faults.add('requests that never ended', `${active}`)
  }
}
