import { Type } from '@sinclair/typebox'

export const sessionParams = Type.Object({ session_id: Type.String({ description: 'Session ID', examples: ['ses_pending'] }) })
