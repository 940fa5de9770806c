import t, { type Test } from 'tap'
import { type EmbeddedVerifaMock, startVerifaMock } from '../../src/index.js'
import { EngineTime } from '../../src/stores/valkey/engine.js'
import { compareWithModel } from '../model/compare.js'
import { fixtures } from '../model/some-request.js'
import { startCluster } from './cluster.js'
import { startEngine } from './engine.js'

// The model test with the state on an engine. VERIFA_MOCK_MODEL_RUNS counts the runs of test/model.test.ts: a step takes longer here.
const runs = Math.ceil(Number(process.env['VERIFA_MOCK_MODEL_RUNS'] ?? 2_000) / 40)

// the engine's time is that of the machine, which the test sets
EngineTime.prototype.observe = EngineTime.prototype.now = () => Date.now()

async function startMock (t: Test, store: string): Promise<EmbeddedVerifaMock> {
  const mock = await startVerifaMock({ fixtures, store })
  t.teardown(async () => mock.close())
  return mock
}

t.test('a mock on one server does what the reference model does', async t => {
  const { url } = await startEngine(t)
  await compareWithModel(t, [await startMock(t, url)], runs)
})

t.test('a mock on a cluster does what the reference model does', async t => {
  const { url } = await startCluster(t)
  await compareWithModel(t, [await startMock(t, url)], runs)
})

t.test('two mocks on one server do together what the reference model does', async t => {
  const { url } = await startEngine(t)
  await compareWithModel(t, [await startMock(t, url), await startMock(t, url)], runs)
})
