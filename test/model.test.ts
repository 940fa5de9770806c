import t from 'tap'
import { startVerifaMock } from '../src/index.js'
import { compareWithModel } from './model/compare.js'
import { fixtures } from './model/some-request.js'

// VERIFA_MOCK_MODEL_RUNS=20000 makes more of them
const runs = Number(process.env['VERIFA_MOCK_MODEL_RUNS'] ?? 30)
t.setTimeout(120_000 + runs * 50)

t.test('whatever is done, in whatever order, the mock does what the reference model does', async t => {
  const mock = await startVerifaMock({ fixtures })
  t.teardown(async () => mock.close())
  await compareWithModel(t, [mock], runs)
})
