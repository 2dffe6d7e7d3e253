/**
 * Writes the few ASN.1 values of a certificate in DER (ITU-T X.690).
 *
 * @returns tag, length and content.
 */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

export function sequence(...members: readonly Uint8Array[]): Buffer {
  return der(0x30, ...members)
}

/** A set of one member, which needs no sorting. */
export function set(member: Uint8Array): Buffer {
  return der(0x31, member)
}

export const TRUE: Buffer = der(0x01, Buffer.of(0xff))

/** A number that is not negative, most significant byte first; written in the fewest bytes (X.690 §8.3.2). */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0)
  const digits = start < 0 ? Buffer.of() : bytes.subarray(start)
  const needsZero = (digits[0] ?? 0x80) >= 0x80
  return der(0x02, needsZero ? Buffer.of(0) : Buffer.of(), digits)
}

/** A string of whole bytes. */
export function bitString(bytes: Uint8Array): Buffer {
  return der(0x03, Buffer.of(0), bytes)
}

export function octetString(bytes: Uint8Array): Buffer {
  return der(0x04, bytes)
}

/** An object identifier in dots, such as `2.5.4.3`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

export function utf8String(text: string): Buffer {
  return der(0x0c, Buffer.from(text))
}

/** A moment before 2050, to the second. */
export function utcTime(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]/g, '')
  return der(0x17, Buffer.from(`${digits.slice(2, 14)}Z`))
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  if (length < 0x1_00) return Buffer.of(0x81, length)
  if (length < 0x1_00_00) return Buffer.of(0x82, length >> 8, length & 0xff)
  throw new RangeError('a certificate has no value of 64 KiB')
}

function base128(value: number): number[] {
  const digits = [value & 0x7f]
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80)
  return digits
}
