import { Type } from '@sinclair/typebox'

/** The path parameters of operations on one session. */
export const sessionParams = Type.Object({ session_id: Type.String({ description: 'Session ID', examples: ['ses_pending'] }) })
