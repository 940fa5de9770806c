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
  },
  {
    file: 'src/stores/valkey/store-url.ts',
    was: 'const { username = \'\', password = \'\', path: encoded = \'\', database = \'0\' } = parts',
    becomes: 'const { username = \'\', password = \'\', path: encoded = "Stryker was here!", database = \'0\' } = parts',
    why: 'the pattern always has a path; the default is for the type'
  },
  {
    file: 'src/stores/valkey/store-url.ts',
    was: '/^unix:(?:\\/\\/(?:(?<username>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?)?(?<path>\\/(?!\\/)[^?#]+)(?:\\?db=(?<database>\\d{1,6}))?$/',
    becomes: '/unix:(?:\\/\\/(?:(?<username>[^:@/?#]*)(?::(?<password>[^@/?#]*))?@)?)?(?<path>\\/(?!\\/)[^?#]+)(?:\\?db=(?<database>\\d{1,6}))?$/',
    why: 'only URLs that begin with unix: get here'
  },
  {
    file: 'src/stores/valkey/commit-request.ts',
    was: 'else added.push(memberOf(entry, \'\', id), \'\')',
    becomes: 'else added.push(memberOf(entry, "Stryker was here!", id), \'\')',
    why: 'an entry with an order of its own does not use the place of the document'
  },
  {
    file: 'src/stores/valkey/keyed-queue.ts',
    was: 'const before = own.flatMap(key => this.#last.get(key) ?? [])',
    becomes: 'const before = own.flatMap(key => this.#last.get(key) ?? ["Stryker was here"])',
    why: 'nothing waits for what is not a promise'
  },
  {
    file: 'src/stores/valkey/layout.ts',
    was: 'if (!/[\\0\\u0001\\uD800-\\uDFFF]/.test(text)) return text',
    becomes: 'if (false) return text',
    why: 'the replacement finds nothing in such a text; the test is faster'
  },
  {
    file: 'src/stores/valkey/settings-cache.ts',
    was: 'if (stored === undefined) this.#values.delete(name as SettingName)',
    becomes: 'if (false) this.#values.delete(name as SettingName)',
    why: 'a setting that is kept as undefined is the initial one, too'
  },
  {
    file: 'src/stores/valkey/settings-cache.ts',
    was: 'else this.#values.set(name as SettingName, { text: \'\', stored: stored as Stored<Settings[SettingName]> })',
    becomes: 'else this.#values.set(name as SettingName, { text: "Stryker was here!", stored: stored as Stored<Settings[SettingName]> })',
    why: 'neither text is ever sent'
  },
  {
    file: 'src/stores/valkey/settings-cache.ts',
    was: 'this.#values.set(document.id, { text: \'\', stored: { version, created: \'\', bytes: 0, document } })',
    becomes: 'this.#values.set(document.id, { text: "Stryker was here!", stored: { version, created: \'\', bytes: 0, document } })',
    why: 'neither text is ever sent'
  },
  {
    file: 'src/stores/valkey/settings-cache.ts',
    was: 'this.#values.set(document.id, { text: \'\', stored: { version, created: \'\', bytes: 0, document } })',
    becomes: 'this.#values.set(document.id, { text: \'\', stored: { version, created: "Stryker was here!", bytes: 0, document } })',
    why: 'a setting has no index entries, which would need its place'
  },
  {
    file: 'src/stores/valkey/step-reads.ts',
    was: 'if (reading === undefined) this.#collections.set(collection, reading = { found: [], documents: new Map() })',
    becomes: 'if (reading === undefined) this.#collections.set(collection, reading = { found: ["Stryker was here"], documents: new Map() })',
    why: 'no step looks for documents that it did not ask for'
  },
  {
    file: 'src/stores/valkey/step-reads.ts',
    was: 'numbered.sort((one, other) => one.number - other.number || (one.stored.created < other.stored.created ? -1 : 1))',
    becomes: 'numbered.sort((one, other) => one.number - other.number || (one.stored.created <= other.stored.created ? -1 : 1))',
    why: 'no two documents have the same place'
  }
]
