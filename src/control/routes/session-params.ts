import { Type } from '@sinclair/typebox'

/** The path of a call about one session. */
export const params = Type.Object({ session_id: Type.String({ description: 'Session ID' }) })
