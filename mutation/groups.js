/** What is mutated, and the fast tests that must notice it, as patterns below test/. Only tests that run the mutated code are started. */
export const groups = {
  merge: {
    files: ['src/domain/sessions/metadata.ts', 'src/domain/sessions/update.ts'],
    tests: ['domain/**/*']
  },
  idempotency: {
    files: ['src/domain/idempotency/record.ts', 'src/domain/apply.ts'],
    tests: ['domain/**/*']
  },
  casing: {
    files: ['src/contract/casing.ts'],
    tests: ['contract/**/*']
  },
  time: {
    files: ['src/domain/clock.ts', 'src/domain/timeline.ts'],
    tests: ['domain/**/*']
  },
  store: {
    files: ['src/stores/memory-store.ts', 'src/stores/collections.ts'],
    tests: ['stores/memory-store*', 'domain/**/*']
  },
  faults: {
    files: ['src/domain/faults/faults.ts', 'src/domain/faults/injected-error.ts', 'src/domain/faults/rules.ts'],
    tests: ['domain/**/*']
  }
}
