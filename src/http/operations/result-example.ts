import { completeSession } from '../../domain/fixtures/fixture.js'
import { completeResult } from '../../domain/fixtures/result-fixture.js'

export const exampleSession = completeSession({
  id: 'ses_completed', status: 'completed', created_at: '2026-01-04T14:06:40.120Z', external_ref: 'order-1004', country: 'DE', checks: ['document', 'face_match']
}, 0)

export const exampleResult = completeResult({}, exampleSession)
