/** A client gives up, and this is what the person in front of it reads. */
export class Told extends Error {
  override readonly name = 'Told'
}
