import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { nameOf, RespFrames } from '../resp-frames.js'

/** A server on a free port. It ends with the test. */
async function startServer (t: Pick<Test, 'teardown'>, serve: (socket: Socket) => void): Promise<{ port: number }> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined) // the mock has gone
    serve(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return server.address() as AddressInfo
}

/** Starts a server that takes connections and says nothing. */
export async function startSilentServer (t: Pick<Test, 'teardown'>): Promise<{ port: number }> {
  return startServer(t, () => undefined)
}

/**
 * A server that behaves like an engine, as far as a start needs it.
 * @param info what it says of itself in INFO; to everything else it says OK
 */
export async function startFakeEngine (t: Pick<Test, 'teardown'>, info: () => string): Promise<{ port: number, commands: readonly string[] }> {
  const commands: string[] = []
  const { port } = await startServer(t, socket => {
    const frames = new RespFrames()
    socket.on('data', (chunk: Buffer) => {
      for (const command of frames.take(chunk)) {
        const name = nameOf(command)
        commands.push(name)
        socket.write(name === 'INFO' ? bulk(info()) : '+OK\r\n')
      }
    })
  })
  return { port, commands }
}

function bulk (text: string): string {
  return `$${text.length}\r\n${text}\r\n`
}
