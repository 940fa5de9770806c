import { Type } from '@sinclair/typebox'
import { pino } from 'pino'
import type { Test } from 'tap'
import { ref, schemaOf } from '../../src/contract/schema.js'
import { controlPlane } from '../../src/control/plane.js'
import { ApiKeys } from '../../src/domain/api-keys.js'
import { type Operation, operation } from '../../src/http/operation.js'
import { apiRoutes } from '../../src/http/routes.js'
import { createServer } from '../../src/http/server.js'
import type { Options } from '../../src/options/options.js'
import { resolveOptions } from '../../src/options/resolve.js'
import { startApp } from '../helper.js'

// Operations that Verifa does not have, to test that everything follows from a declaration.

interface Author { display_name: string, contact: { mail_address: string | null } }
const Author = schemaOf<Author>()(Type.Object({
  display_name: Type.String(),
  contact: Type.Object({ mail_address: Type.Unsafe<string | null>({ type: ['string', 'null'] }) })
}, { $id: 'Author', description: 'Who wrote a note' }))

interface Note { note_id: string, body_text: string, written_by: Author, labels_by_name: Record<string, { label_color: string }> }
const Note = schemaOf<Note>()(Type.Object({
  note_id: Type.String(),
  body_text: Type.String(),
  written_by: ref(Author),
  labels_by_name: Type.Unsafe<Record<string, { label_color: string }>>({
    type: 'object', additionalProperties: Type.Object({ label_color: Type.String() })
  })
}, { $id: 'Note', description: 'A note' }))

const NoteList = Type.Object({ data: Type.Array(ref(Note)), next_page: Type.String() }, { $id: 'NoteList', description: 'Notes' })

export const note: Note = {
  note_id: 'n1',
  body_text: 'snake_case text stays',
  written_by: { display_name: 'Ada', contact: { mail_address: null } },
  labels_by_name: { user_key: { label_color: 'red' } }
}

const noteParams = Type.Object({ session_id: Type.String(), note_id: Type.String({ description: 'Note ID', examples: ['n1'] }) })

export const writeNote = operation({
  id: 'writeNote',
  method: 'POST',
  path: '/sessions/{session_id}/notes/{note_id}',
  scopes: ['sessions:write'],
  summary: 'Write a note',
  description: 'Writes a note.',
  params: noteParams,
  body: Type.Object({ body_text: Type.String() }, { $id: 'NoteInput', additionalProperties: false, description: 'The text of a note' }),
  bodyExamples: { plain: { value: { body_text: 'Hello' } } },
  success: { status: 201, schema: Note, description: 'The note', examples: { written: { summary: 'A note', value: note } } },
  errors: ['sessionNotFound'],
  reads: () => ({}),
  decide: ({ params: { note_id: id }, body: { body_text: text } }) =>
    ({ events: [], response: { status: 201, body: { ...note, note_id: id, body_text: text } } })
})

export const listNotes = operation({
  id: 'listNotes',
  method: 'GET',
  path: '/sessions/{session_id}/notes',
  scopes: ['sessions:read'],
  summary: 'List notes',
  description: 'Lists the notes of a session.',
  params: Type.Object({ session_id: Type.String() }),
  query: Type.Object({
    written_by: Type.String({ description: 'Whose notes' }),
    sort: Type.Optional(Type.Unsafe<'newest' | 'oldest'>({ type: 'string', enum: ['newest', 'oldest'] }))
  }, { additionalProperties: false }),
  success: { status: 200, schema: NoteList, description: 'The notes' },
  errors: [],
  reads: () => ({}),
  decide: ({ query }) => ({ events: [], response: { status: 200, body: { data: [note], next_page: query.sort ?? 'newest' } } })
})

export const deleteNote = operation({
  id: 'deleteNote',
  method: 'DELETE',
  path: '/sessions/{session_id}/notes/{note_id}',
  scopes: ['sessions:write'],
  summary: 'Delete a note',
  description: 'Deletes a note.',
  params: noteParams,
  success: { status: 204, description: 'Deleted' },
  errors: [],
  reads: () => ({}),
  decide: () => ({ events: [], response: { status: 204, body: null } })
})

/** A mock that has these operations and no others. */
export function startWith (t: Test, operations: readonly Operation[], given: Partial<Options> = {}) {
  const options = resolveOptions({ ...given, logLevel: 'silent' })
  const log = pino({ level: 'silent' })
  const dependencies = { log, options, operations, apiKeys: new ApiKeys([]), workspaces: startApp(t, given).workspaces }
  const app = createServer(options, log)
  t.teardown(() => app.close())
  app.register(controlPlane, { ...dependencies, prefix: '/_mock' })
  app.register(apiRoutes, dependencies)
  return app
}
