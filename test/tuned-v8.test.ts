import t from 'tap'
import { kept, tuneV8 } from '../src/tuned-v8.js'

t.test('one of the objects of process.nextTick is kept, and no more', async t => {
  tuneV8()
  await new Promise<void>(resolve => process.nextTick(resolve))
  t.match(kept, [{ callback: Function }])
  t.equal(kept.length, 1)
})
