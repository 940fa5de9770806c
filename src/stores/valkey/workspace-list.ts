import type { WorkspaceOwner, WorkspaceRegistry } from '../../domain/workspaces.js'
import type { Engine } from './engine.js'
import { script } from './scripts.js'

/** The keys have one hash tag, so that a cluster keeps them on one node. Like all keys, they contain `verifa-mock:` (docs/replicas.md). */
const workspaces = '{verifa-mock:workspaces}'
const used = `${workspaces}:used`
const made = `${workspaces}:made`

/**
 * Records the use of the workspace ARGV[1], whose API key is ARGV[2]. If there are more than ARGV[3] workspaces, evicts the least recently
 * used. KEYS are the hash of workspaces, the times of their last use, and how many were created. Returns the evicted workspaces.
 */
const useScript = script(`
local call = redis.call
if call('HEXISTS', KEYS[1], ARGV[1]) == 0 then call('HSET', KEYS[1], ARGV[1], call('INCR', KEYS[3]) .. ' ' .. ARGV[2]) end
local time = call('TIME')
call('ZADD', KEYS[2], time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
local evicted = {}
while call('ZCARD', KEYS[2]) > tonumber(ARGV[3]) do
  local oldest = call('ZPOPMIN', KEYS[2])[1]
  call('HDEL', KEYS[1], oldest)
  evicted[#evicted + 1] = oldest
end
return evicted
`)

/** The workspaces of API keys, for all processes. The least recently used is evicted. */
export class WorkspaceList implements WorkspaceRegistry {
  readonly #engine: Engine
  readonly #max: number

  /**
   * @param engine where the list is kept
   * @param max the maximum number of workspaces
   */
  constructor (engine: Engine, max: number) {
    this.#engine = engine
    this.#max = max
  }

  /** Records the use of a workspace. Returns the digests of the workspaces that were evicted for it. */
  async use ({ digest, masked }: WorkspaceOwner): Promise<readonly string[]> {
    return await this.#engine.run(useScript, [workspaces, used, made], [digest, masked, String(this.#max)]) as string[]
  }

  async list (): Promise<readonly (WorkspaceOwner & { id: string })[]> {
    const fields = await this.#engine.send(workspaces, ['HGETALL', workspaces]) as string[]
    const listed: (WorkspaceOwner & { id: string, number: number })[] = []
    for (let at = 0; at < fields.length; at += 2) {
      const [number = '', masked = ''] = (fields[at + 1] as string).split(/ (.*)/)
      listed.push({ id: `workspace_${number}`, digest: fields[at] as string, masked, number: Number(number) })
    }
    return listed.sort((one, other) => one.number - other.number).map(({ id, digest, masked }) => ({ id, digest, masked }))
  }

  async has (digest: string): Promise<boolean> {
    return await this.#engine.send(workspaces, ['HEXISTS', workspaces, digest]) === 1
  }
}
