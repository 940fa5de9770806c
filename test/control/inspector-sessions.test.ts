import t from 'tap'
import { statuses as shown, whyNotActive } from '../../src/control/inspector/page/sessions/active.js'
import { lifecycle } from '../../src/domain/sessions/lifecycle.js'
import { statuses } from '../../src/domain/sessions/session.js'

t.test('the page knows all statuses', async t => {
  t.same(shown, statuses)
})

t.test('the page offers an outcome exactly when the mock takes it', async t => {
  for (const action of ['approve', 'decline', 'require-review', 'expire'] as const) {
    const offered = statuses.filter(status => whyNotActive({ status, retention_status: 'active' }) === undefined)
    t.same(offered, statuses.filter(status => lifecycle[`simulate ${action}`].from.includes(status)), action)
  }
  t.match(whyNotActive({ status: 'pending', retention_status: 'redacted' }), /redacted/)
  t.match(whyNotActive({ status: 'completed', retention_status: null }), /completed/)
})
