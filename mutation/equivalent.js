/**
 * Mutants that no test can kill, or none should, and why. `was` is the code, `becomes` what the mutant makes of it, both
 * with one space for all white space. One that does not survive any more has to go.
 */
export const equivalent = [
  {
    file: 'src/sessions/update.ts',
    was: 'else if (name === \'__proto__\') Object.defineProperty(metadata, name, { value, enumerable: true })',
    becomes: 'else if (true) Object.defineProperty(metadata, name, { value, enumerable: true })',
    why: 'only slower: what becomes of any other name reads the same, and is written as JSON at once'
  },
  {
    file: 'src/sessions/idempotency-records.ts',
    was: 'return { kind: \'executed\', result }',
    becomes: 'return { kind: "", result }',
    why: 'what was executed is neither of the other two, and nobody asks for more'
  },
  {
    file: 'src/casing.ts',
    was: 'if (rename === undefined) renames[inflection].set(schema, rename = compileRename(schema, inflection))',
    becomes: 'if (true) renames[inflection].set(schema, rename = compileRename(schema, inflection))',
    why: 'only slower: compiles anew what it has'
  },
  {
    file: 'src/casing.ts',
    was: 'if (known === undefined) aliases.set(schema, known = aliasesOf(schema))',
    becomes: 'if (true) aliases.set(schema, known = aliasesOf(schema))',
    why: 'only slower: lists anew what it has'
  },
  {
    file: 'src/plugins/key-inflection.ts',
    was: 'return asked !== undefined && keyInflections.includes(asked) ? asked : defaultKeyInflection',
    becomes: 'return true && keyInflections.includes(asked) ? asked : defaultKeyInflection',
    why: 'undefined is no inflection; only the compiler wants to be told'
  },
  ...['}, {})', '}, { name: "" })'].map(becomes => ({
    file: 'src/plugins/key-inflection.ts',
    was: '}, { name: \'key-inflection\' })',
    becomes,
    why: 'Fastify tells the name only where another plugin depends on it'
  })),
  ...['return false ? serialize', 'return inflection === "" ? serialize'].map(begin => ({
    file: 'src/serialization.ts',
    was: 'return inflection === \'snake\' ? serialize : value => serialize(renameKeys(schema, inflection, value))',
    becomes: `${begin} : value => serialize(renameKeys(schema, inflection, value))`,
    why: 'only one call more: in snake_case nothing is renamed'
  })),
  {
    file: 'src/clock.ts',
    was: 'if (moment !== latest.moment) latest = { moment, text: new Date(moment).toISOString() }',
    becomes: 'if (true) latest = { moment, text: new Date(moment).toISOString() }',
    why: 'only slower: writes anew what it has'
  },
  ...['{}', '{ moment: NaN, text: "Stryker was here!" }'].map(latest => ({
    file: 'src/clock.ts',
    was: 'let latest: { moment: number | string, text: string } = { moment: NaN, text: \'\' }',
    becomes: `let latest: { moment: number | string, text: string } = ${latest}`,
    why: 'no moment is NaN or undefined, so this text is never told'
  })),
  {
    file: 'src/control/faults.ts',
    was: '#faults: { fault: Fault, toSkip: number }[] = []',
    becomes: '#faults: { fault: Fault, toSkip: number }[] = ["Stryker was here"]',
    why: 'a workspace begins with a reset, which clears the faults'
  },
  {
    file: 'src/control/faults.ts',
    was: 'get none (): boolean { return this.#faults.length === 0 }',
    becomes: 'get none (): boolean {}',
    why: 'only slower: of no faults none strikes'
  },
  {
    file: 'src/control/faults.ts',
    was: 'return this.#faults.length === 0',
    becomes: 'return false',
    why: 'only slower: of no faults none strikes'
  }
]
