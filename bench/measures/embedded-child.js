import { buildApp } from '../../dist/index.js'

const times = []
for (let instance = 0; instance < Number(process.argv[2]); instance++) {
  const before = performance.now()
  const app = buildApp({ logLevel: 'silent' })
  await app.ready()
  times.push(performance.now() - before)

  const { statusCode } = await app.inject({
    method: 'PATCH', url: '/sessions/ses_pending', headers: { 'x-api-key': 'vk_sandbox_bench0001' }, payload: { metadata: { plan: 'gold' } }
  })
  if (statusCode !== 200) throw new Error(`an embedded instance answered ${statusCode}`)
  await app.close()
}
console.log(JSON.stringify(times))
