import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Test } from 'tap'

/** A DNS server that gives every name the same addresses, as Compose's does for the name of a service. */
export interface NameServer {
  port: number
  /** The IPv4 addresses that it responds with from now on. */
  addresses: string[]
}

const HEADER = 12 // bytes
const TYPE_A = 1

/** Starts a name server on a free port. It ends with the test. */
export async function startNameServer (t: Pick<Test, 'teardown'>): Promise<NameServer> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  t.teardown(() => socket.close())
  await once(socket, 'listening')
  const server: NameServer = { port: socket.address().port, addresses: [] }
  socket.on('message', (query, { port, address }) => socket.send(responseTo(query, server.addresses), port, address))
  return server
}

/** The response to a query (RFC 1035, 4.1): its question again, and a record for each address if it asks for IPv4 addresses. */
function responseTo (query: Buffer, addresses: readonly string[]): Buffer {
  const nameEnd = query.indexOf(0, HEADER) + 1
  const question = query.subarray(HEADER, nameEnd + 4)
  const answers = query.readUInt16BE(nameEnd) === TYPE_A ? addresses : []
  const header = Buffer.alloc(HEADER)
  query.copy(header, 0, 0, 2) // its ID
  header.writeUInt16BE(0x8180, 2) // a response without an error
  header.writeUInt16BE(1, 4) // questions
  header.writeUInt16BE(answers.length, 6)
  // the name of the question, type A, class IN, a second to live, four bytes
  const record = Buffer.from([0xC0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4])
  return Buffer.concat([header, question, ...answers.flatMap(address => [record, Buffer.from(address.split('.').map(Number))])])
}
