import type { Directory } from './directory-schema.js'

/** One thing to correct in a directory: where it is, and what to do about it. */
export interface DirectoryFault {
  /** Path of the value, such as `client_grants[0].audience`. */
  readonly place: string
  readonly hint: string
}

/** Returns a fault for each value that an earlier entry has already. */
export function repeated(
  values: readonly string[],
  placeOf: (index: number) => string,
): DirectoryFault[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [{ place: placeOf(index), hint: `${value} is there already; keep one of the two` }],
  )
}

/** Returns a fault when the directory has no API with this identifier. */
export function unknownApi(
  directory: Directory,
  place: string,
  identifier: string,
): DirectoryFault[] {
  const known = directory.resource_servers.map((api) => api.identifier)
  if (known.includes(identifier)) return []
  const hint = `no API has the identifier ${identifier} (compare every character, the last slash too); known: ${known.join(', ')}`
  return [{ place, hint }]
}

/** Returns a fault when the directory has no client with this id. */
export function unknownClient(
  directory: Directory,
  place: string,
  clientId: string,
): DirectoryFault[] {
  if (directory.clients.some((client) => client.client_id === clientId)) return []
  return [{ place, hint: `no client is called ${clientId}; add it under clients` }]
}

/** Returns a fault when the directory has no role of this name. */
export function unknownRole(directory: Directory, place: string, name: string): DirectoryFault[] {
  if (directory.roles.some((role) => role.name === name)) return []
  return [{ place, hint: `no role is called ${name}; add it under roles` }]
}
