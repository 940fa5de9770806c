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
  lifecycle: {
    files: ['lifecycle', 'expiry', 'resume', 'expire', 'simulate', 'submit'].map(name => `src/domain/sessions/${name}.ts`),
    tests: ['domain/life*']
  },
  list: {
    files: ['src/domain/sessions/list.ts', 'src/domain/sessions/list-results.ts', 'src/stores/paged-collection.ts'],
    tests: ['domain/list*', 'stores/memory-store*']
  },
  time: {
    files: ['src/domain/clock.ts', 'src/domain/clock-move.ts', 'src/domain/timeline.ts'],
    tests: ['domain/**/*']
  },
  store: {
    files: ['src/stores/memory-store.ts', 'src/stores/collections.ts'],
    tests: ['stores/memory-store*', 'domain/**/*']
  },
  sharing: {
    files: [
      'commit-request', 'engine', 'keyed-queue', 'layout', 'recent-documents', 'settings-cache', 'step-reads', 'store-url'
    ].map(name => `src/stores/valkey/${name}.ts`),
    tests: ['stores/valkey/*']
  },
  webhooks: {
    files: ['signature', 'schedule', 'notify', 'payload-body'].map(name => `src/domain/webhooks/${name}.ts`),
    tests: ['domain/webhook*', 'domain/notify*']
  },
  faults: {
    files: ['src/domain/faults/faults.ts', 'src/domain/faults/injected-error.ts', 'src/domain/faults/rules.ts'],
    tests: ['domain/**/*']
  }
}
