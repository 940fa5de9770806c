// How a mock gets to its store, and what it does when that is not possible. Engines and mocks are processes of their own.
import './connecting/addresses.js'
import './connecting/failed-start.js'
import './connecting/unusable.js'
import './connecting/slow-start.js'
import './connecting/silence.js'
import './connecting/refused-writes.js'
import './connecting/failover.js'
