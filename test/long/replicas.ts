// Two replicas on one engine, each a process of its own. With PROOF_REPLICAS=one both are the same process, with its state in memory: then
// the tests show that they expect nothing of two replicas that one does not do.
import './replicas/updates.js'
import './replicas/settings.js'
import './replicas/worlds.js'
import './replicas/expiry.js'
import './replicas/webhooks.js'
import './replicas/killed.js'
import './replicas/engine-away.js'
import './replicas/cut-network.js'
