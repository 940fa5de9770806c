import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The heap that is in use, in bytes, when all that is not needed has been thrown away. */
export async function heapInUse (): Promise<number> {
  for (let pass = 0; pass < 3; pass++) {
    collect()
    await new Promise(resolve => setImmediate(resolve)) // what waits for its finalizer is thrown away next time
  }
  return process.memoryUsage().heapUsed
}
