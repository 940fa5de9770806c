import { promise as createQueue, type queueAsPromised } from 'fastq'

/** The maximum number of retries in flight per endpoint. */
const MAX_RETRIES = 8

type Task = () => Promise<void>

/** The queues of an endpoint. */
interface Lane {
  /** First attempts, one after the other, so that they arrive in the order of their events. */
  readonly first: queueAsPromised<Task>
  /** Retries, which do not hold up first attempts. */
  readonly retries: queueAsPromised<Task>
}

/** The queues of all endpoints. A slow receiver does not delay webhooks to other endpoints. */
export class Lanes {
  readonly #lanes = new Map<string, Lane>()

  /** Runs a task in its turn, and resolves when it is done. */
  async run (endpointId: string, kind: keyof Lane, task: Task): Promise<void> {
    let lane = this.#lanes.get(endpointId)
    if (lane === undefined) this.#lanes.set(endpointId, lane = { first: queueOf(1), retries: queueOf(MAX_RETRIES) })
    try {
      await lane[kind].push(task)
    } finally {
      if (lane.first.idle() && lane.retries.idle()) this.#lanes.delete(endpointId)
    }
  }
}

function queueOf (concurrency: number): queueAsPromised<Task> {
  return createQueue(async (task: Task) => task(), concurrency)
}
