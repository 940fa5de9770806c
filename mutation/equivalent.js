/**
 * Mutants that no test can or should kill, and why: `{ file, was, becomes, why }`. `was` is the code, and `becomes` the code of the
 * mutant, both with single spaces for all white space. Remove an entry whose mutant no longer survives.
 */
export const equivalent = [
  {
    file: 'src/domain/sessions/expiry.ts',
    was: 'const updatedAt = time > before.updated_at ? time : before.updated_at',
    becomes: 'const updatedAt = time >= before.updated_at ? time : before.updated_at',
    why: 'where they differ, both times are the same'
  }
]
