import { ClientStopped, type Problem } from '../problem.js'
import type { ClientProfile } from '../profiles/client-profile.js'
import type { Visitor } from '../walk/visitor.js'
import type { Registrar } from '../walk/registrar.js'

/** What all clients of one run share. */
export interface Walk {
  /** As it was typed. */
  readonly endpoint: URL
  readonly visitor: Visitor
  /** A client that is registered by hand. */
  readonly clientId: string | undefined
  /** Registers a client where that was asked for. */
  readonly registrar: Registrar | undefined
  /** The origin of a web page. */
  readonly origin: string | undefined
}

/** How one client got on so far. */
export interface Course {
  readonly profile: ClientProfile
  readonly walk: Walk
  /** Something that the client goes round. */
  readonly note: (problem: Problem) => void
  /** From now on the client guesses, because of this: what fails later fails for this reason. */
  readonly guess: (problem: Problem) => void
  /** The client gets no further. */
  readonly stop: (problem: Problem) => never
  readonly noted: readonly Problem[]
}

export function createCourse(profile: ClientProfile, walk: Walk): Course {
  const noted: Problem[] = []
  let reason: Problem | undefined
  const note = (problem: Problem): void => {
    if (!noted.some(({ id }) => id === problem.id)) noted.push(problem)
  }
  return {
    profile,
    walk,
    noted,
    note,
    guess: (problem) => {
      if (reason === undefined) note(problem)
      reason ??= problem
    },
    stop: (problem) => {
      throw new ClientStopped(reason ?? problem)
    },
  }
}

/** What a page of the client would send as its origin; `undefined` for clients outside of a page. */
export function originOf({ profile, walk }: Course): string | undefined {
  return profile.inPage ? walk.origin : undefined
}
