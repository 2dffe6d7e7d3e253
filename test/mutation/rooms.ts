interface RoomPlan {
  /** What is mutated. */
  readonly code: string
  /** The tests that have to notice: those that end soon, since each mutant runs them. */
  readonly tests: readonly string[]
}

const UNIT = ['test/unit/**/*.test.ts', 'test/contract/**/*.test.ts']

/** The rooms that decide. */
export const ROOMS = {
  identity: {
    code: 'src/identity/**/*.ts',
    tests: [...UNIT, 'test/integration/api-client-verifier.test.ts'],
  },
  exchange: { code: 'src/exchange/**/*.ts', tests: UNIT },
  downstream: { code: 'src/downstream/**/*.ts', tests: UNIT },
  tools: {
    code: 'src/tools/**/*.ts',
    tests: [
      ...UNIT,
      'test/integration/step-up.test.ts',
      'test/integration/undeclared-tools.test.ts',
      'test/integration/http/bodies.test.ts',
      'test/integration/exchange/greet.test.ts',
    ],
  },
  middleware: {
    code: 'middleware/**/*.ts',
    tests: [
      ...UNIT,
      'test/integration/http/*.test.ts',
      'test/integration/{client-addresses,handlers-see,limits*,on-behalf-of}.test.ts',
      'test/integration/{sessions-owner,step-up,undeclared-tools,wiring}.test.ts',
      'test/integration/exchange/delegation.test.ts',
    ],
  },
} as const satisfies Record<string, RoomPlan>

export type Room = keyof typeof ROOMS

export const ROOM_NAMES = Object.keys(ROOMS) as readonly Room[]

/** Of a hundred mutants of a room, how many the tests have to notice. */
export const LEAST_SCORE = 85

export function isRoom(name: string): name is Room {
  return Object.hasOwn(ROOMS, name)
}

/** Where the code of a room is: `src/identity/`. */
export function folderOf(room: Room): string {
  return ROOMS[room].code.replace('**/*.ts', '')
}

/** The room that a file is in. */
export function roomOf(file: string): Room | undefined {
  return ROOM_NAMES.find((room) => file.startsWith(folderOf(room)))
}
