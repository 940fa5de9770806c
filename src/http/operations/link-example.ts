import type { OneTimeLink } from '../../domain/sessions/one-time-link.js'

export const exampleLink: OneTimeLink = {
  id: 'lnk_3f9a1c7e5b2d8046ac10',
  session_id: 'ses_pending',
  capture_url: 'http://127.0.0.1:4010/verify/cap_2b8e6d0f4a1c9375e7d2',
  status: 'active',
  expires_at: '2026-01-05T09:20:00.000Z',
  created_at: '2026-01-05T09:00:00.000Z',
  qr_code_data_url: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg…'
}
