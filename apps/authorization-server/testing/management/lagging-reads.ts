import type { Tenant } from './tenant.js'

/** Lets reads see the tenant as it was before the latest writes, for a number of reads. */
export class LaggingReads {
  /** How many reads each write stays unseen for; none by default. */
  reads = 0
  #unseen: { readonly before: Tenant; left: number }[] = []

  /** To be called before a write. */
  write(tenant: Tenant): void {
    if (this.reads > 0) this.#unseen.push({ before: structuredClone(tenant), left: this.reads })
  }

  /** What a read sees. */
  read(tenant: Tenant): Tenant {
    const seen = this.#unseen[0]?.before ?? tenant
    for (const write of this.#unseen) write.left -= 1
    this.#unseen = this.#unseen.filter(({ left }) => left > 0)
    return seen
  }
}
