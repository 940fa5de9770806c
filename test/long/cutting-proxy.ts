import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { isPush, nameOf, RespFrames } from './resp-frames.js'

/** A network between a mock and an engine that can be cut at an exact place. */
export interface CuttingProxy {
  /** Where it listens, such as `redis://127.0.0.1:6380`. */
  url: string
  /** How many connections it has forwarded. */
  connections: number
  /** How many commands it has forwarded, and how many replies; messages of subscriptions do not count. */
  commands: number
  replies: number
  /** How many connections it has cut. */
  cuts: number
  /** Forwards so many more replies, over whichever connections, and cuts the connection of the next one: its command has been executed. */
  cutAfterReplies: (count: number) => void
  /** Cuts the connection of the n-th command from now on, over whichever connections: that command is not executed. */
  cutBeforeCommand: (count: number) => void
  /** Cuts nothing any more. */
  disarm: () => void
  /** Whether it cuts all connections, and each new one. */
  refuse: (refused: boolean) => void
}

/** Starts a proxy in front of an engine, on a free port. It ends with the test. */
export async function startCuttingProxy (t: Pick<Test, 'teardown'>, engine: { port: number }): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  /** How much is forwarded until a cut; endless when none is armed. */
  const left = { replies: Infinity, commands: Infinity }
  let refused = false

  const server = createServer(client => {
    if (refused) client.resetAndDestroy()
    else forward(client, connect(engine.port, '127.0.0.1'))
  })

  function forward (client: Socket, upstream: Socket): void {
    proxy.connections++
    let cut = false
    let subscribed = false
    for (const [socket, other] of [[client, upstream], [upstream, client]] as const) {
      sockets.add(socket.setNoDelay(true))
      socket.on('error', () => undefined) // 'close' follows
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroySoon()
      })
    }
    /** Whether the connection is cut when it is the turn of a command or a reply. */
    const isCut = (what: 'commands' | 'replies') => {
      if (!cut && left[what]-- === 0) {
        cut = true
        proxy.cuts++
        disarm()
        upstream.end() // the engine executes what it has got; the client's side closes afterwards
      }
      return cut
    }

    const commands = new RespFrames()
    client.on('data', (chunk: Buffer) => {
      for (const command of commands.take(chunk)) {
        if (isCut('commands')) return
        proxy.commands++
        subscribed ||= /^[PS]?SUBSCRIBE$/.test(nameOf(command))
        upstream.write(command)
      }
    })
    const replies = new RespFrames()
    upstream.on('data', (chunk: Buffer) => {
      for (const reply of replies.take(chunk)) {
        const counts = !isPush(reply) && !subscribed // in RESP2 a message looks like a reply
        if (counts ? isCut('replies') : cut) return
        if (counts) proxy.replies++
        client.write(reply)
      }
    })
  }

  function disarm (): void {
    Object.assign(left, { replies: Infinity, commands: Infinity })
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const proxy: CuttingProxy = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: 0,
    commands: 0,
    replies: 0,
    cuts: 0,
    cutAfterReplies: count => {
      left.replies = count
    },
    cutBeforeCommand: count => {
      left.commands = count - 1
    },
    disarm,
    refuse: value => {
      refused = value
      if (refused) for (const socket of sockets) socket.destroy()
    }
  }
  return proxy
}
