/** What is mutated, and the fast tests that are to notice it, those that are about it first. */
export const groups = {
  merge: {
    files: ['src/sessions/update.ts'],
    tests: ['sessions/update', 'routes/sessions', 'plugins/idempotency']
  },
  idempotency: {
    files: ['src/sessions/idempotency-records.ts', 'src/plugins/idempotency.ts'],
    tests: ['plugins/idempotency', 'routes/sessions', 'openapi']
  },
  casing: {
    files: ['src/casing.ts', 'src/plugins/key-inflection.ts', 'src/serialization.ts'],
    tests: ['casing', 'routes/sessions', 'openapi']
  },
  world: {
    files: ['src/clock.ts', 'src/sessions/memory-store.ts', 'src/control/faults.ts'],
    tests: ['control/health-and-seeding', 'plugins/idempotency', 'routes/sessions', 'mock']
  }
}
