import { createHash } from 'node:crypto'
import { REVISION_DIGITS } from './layout.js'

/** A script that runs in the engine, as one atomic step. It does not read or write JSON: Lua would turn `[]` into `{}`. */
export interface Script {
  readonly text: string
  readonly sha: string
}

export function script (text: string): Script {
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}

/** The pattern of the ID in a member of an index. It begins at the start: one that is tried from each byte on takes quadratic time. */
const idInMember = '\'^[^%z]*%z[^%z]*%z(.*)$\''

/**
 * Reads documents. KEYS[1] is the hash of settings. ARGV is a list of reads, each with the number of its key:
 *   ids KEY N ID…                             the documents with some IDs
 *   all KEY                                   all documents
 *   range KEY INDEX MIN MAX OFFSET LIMIT REV  those of a range of the index; also how many it has, and the member that was read last
 * The reply has the time, the clock, and then one element for each read.
 */
export const readScript = script(`
local reply = { redis.call('TIME'), redis.call('HGET', KEYS[1], 'clock') }
local i = 1
while ARGV[i] do
  local kind, key = ARGV[i], KEYS[tonumber(ARGV[i + 1])]
  if kind == 'ids' then
    local count = tonumber(ARGV[i + 2])
    reply[#reply + 1] = redis.call('HMGET', key, unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  elseif kind == 'all' then
    reply[#reply + 1] = redis.call('HVALS', key)
    i = i + 2
  else
    local index, min, max, offset, limit = KEYS[tonumber(ARGV[i + 2])], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6]
    local members
    if ARGV[i + 7] == '1' then
      members = redis.call('ZRANGE', index, max, min, 'BYLEX', 'REV', 'LIMIT', offset, limit)
    else
      members = redis.call('ZRANGE', index, min, max, 'BYLEX', 'LIMIT', offset, limit)
    end
    local found = {}
    for first = 1, #members, 1000 do
      local ids = {}
      for at = first, math.min(first + 999, #members) do ids[#ids + 1] = string.match(members[at], ${idInMember}) end
      for _, value in ipairs(redis.call('HMGET', key, unpack(ids))) do found[#found + 1] = value end
    end
    reply[#reply + 1] = { redis.call('ZLEXCOUNT', index, min, max), members[#members] or false, found }
    i = i + 8
  end
end
return reply
`)

/**
 * Writes what a step has decided, if nothing of what it has read was changed meanwhile. KEYS[1] is the hash of counters. ARGV has checks
 * first:
 *   check KEY N (ID VERSION)…        that documents have these versions; - where there is none
 *   size KEY N                       that a collection has so many documents
 *   count INDEX MIN MAX N            that a range of an index has so many members
 *   turn                             that no other process has asked for its turn; see `turnScript`
 *   go VERSION DOCUMENTS SETTINGS    the version of all that is written; 1 or 0: whether the revision of the documents, and that of the
 *                                    settings, grows
 * and then writes:
 *   put KEY N (ID CREATED VALUE)…    CREATED of a new document is + and its position
 *   delete KEY N ID…
 *   add INDEX N (BEFORE AFTER)…      the revision comes between the two, unless AFTER is empty
 *   remove INDEX N MEMBER…
 *   bound KEY INDEX NAME MAX MAXBYTES GROWTH NOW   evicts the oldest, and counts those that have not expired
 *   wake CHANNEL TEXT
 * Returns 1, and the names of the collections of which documents were evicted that had not expired; only 0 when something has changed, and
 * -1 when the world is gone.
 * A world that was replaced expires, and so does what is still written to it.
 */
export const commitScript = script(`
local call = redis.call
local world = call('HMGET', KEYS[1], 'revision', 'retired', 'turn')
local i = 1
while ARGV[i] ~= 'go' do
  local kind, key = ARGV[i], KEYS[tonumber(ARGV[i + 1])]
  if kind == 'check' then
    local count, ids = tonumber(ARGV[i + 2]), {}
    for n = 1, count do ids[n] = ARGV[i + 1 + 2 * n] end
    local found = call('HMGET', key, unpack(ids))
    for n = 1, count do
      local value, version = found[n], ARGV[i + 2 + 2 * n]
      if not value then
        if version ~= '-' then return { 0 } end
      elseif string.sub(value, 1, #version + 1) ~= version .. ' ' then
        return { 0 }
      end
    end
    i = i + 3 + 2 * count
  elseif kind == 'size' then
    if call('HLEN', key) ~= tonumber(ARGV[i + 2]) then return { 0 } end
    i = i + 3
  elseif kind == 'turn' then
    if world[1] and world[3] and tonumber(world[3]) > tonumber(world[1]) then return { 0 } end
    i = i + 1
  else
    if call('ZLEXCOUNT', key, ARGV[i + 2], ARGV[i + 3]) ~= tonumber(ARGV[i + 4]) then return { 0 } end
    i = i + 5
  end
end

if not world[1] then return { -1 } end
local revision = string.format('%d', world[1] + 1)
local place = string.format('%0${REVISION_DIGITS}d', revision)
local counters = { 'revision', revision }
local version = ARGV[i + 1] .. ' '
if ARGV[i + 2] == '1' then counters[3], counters[4] = 'documents', revision end
if ARGV[i + 3] == '1' then counters[#counters + 1] = 'settings' counters[#counters + 1] = revision end
call('HSET', KEYS[1], unpack(counters))
local reply = { 1 }
i = i + 4

while ARGV[i] do
  local kind, key = ARGV[i], KEYS[tonumber(ARGV[i + 1])]
  local count, list = tonumber(ARGV[i + 2]), {}
  if kind == 'put' then
    for n = 1, count do
      local at = i + 3 * n
      local created = ARGV[at + 1]
      if string.sub(created, 1, 1) == '+' then created = place .. string.sub(created, 2) end
      list[2 * n - 1], list[2 * n] = ARGV[at], version .. created .. ' ' .. ARGV[at + 2]
    end
    call('HSET', key, unpack(list))
    i = i + 3 + 3 * count
  elseif kind == 'delete' then
    call('HDEL', key, unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  elseif kind == 'add' then
    for n = 1, count do
      local before, after = ARGV[i + 1 + 2 * n], ARGV[i + 2 + 2 * n]
      list[2 * n - 1], list[2 * n] = 0, after == '' and before or before .. place .. after
    end
    call('ZADD', key, unpack(list))
    i = i + 3 + 2 * count
  elseif kind == 'remove' then
    call('ZREM', key, unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
  elseif kind == 'wake' then
    call('PUBLISH', ARGV[i + 1], ARGV[i + 2])
    i = i + 3
  else
    local index, name = KEYS[count], ARGV[i + 3]
    local max, maxBytes, now = tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5]), tonumber(ARGV[i + 7])
    local size, bytes, freed, evicted = call('HLEN', key), call('HINCRBY', KEYS[1], name .. ':bytes', ARGV[i + 6]), 0, 0
    while size > max or (bytes - freed > maxBytes and size > 1) do
      local member = call('ZRANGE', index, 0, 0)[1]
      local id = string.match(member, ${idInMember})
      local itsBytes, expiry = string.match(call('HGET', key, id), '^%S+ %S+ (%S+) (%S+) ')
      call('HDEL', key, id)
      call('ZREM', index, member)
      size, freed = size - 1, freed + itsBytes
      if expiry == '-' or tonumber(expiry) > now then evicted = evicted + 1 end
    end
    if freed > 0 then call('HINCRBY', KEYS[1], name .. ':bytes', string.format('%d', -freed)) end
    if evicted > 0 then
      call('HINCRBY', KEYS[1], name .. ':evicted', evicted)
      reply[#reply + 1] = name
    end
    i = i + 8
  end
end

if world[2] then
  local rest = call('PTTL', KEYS[1])
  for n = 2, #KEYS do call('PEXPIRE', KEYS[n], rest) end
end
return reply
`)

/**
 * Asks for a turn in the world whose counters are KEYS[1]: in its next ARGV[1] revisions, a step is written only if it has just read its
 * documents.
 */
export const turnScript = script(`
local revision = redis.call('HGET', KEYS[1], 'revision')
if revision then redis.call('HSET', KEYS[1], 'turn', string.format('%d', revision + ARGV[1])) end
return 1
`)
