-- The requests that wrk sends, and the results that it prints.
--   args: method, body, path, highest number, number of responses after which to stop (0: stop when the time is over), header lines
-- In the path and in the headers {count} counts requests, {next} counts from 1 to the highest number again and again, and {random} is a
-- random number up to it. There is one thread, so no two requests have the same count.

local text, among, limit
local count, responses, refused = 0, 0, 0

local function send ()
  count = count + 1
  return (text:gsub('{(%a+)}', {
    count = string.format('%d', count),
    next = string.format('%d', (count - 1) % among + 1),
    random = string.format('%d', math.random(among))
  }))
end

local function report (result)
  io.write(string.format(
    '\nbench {"requests":%d,"seconds":%f,"refused":%d,"broken":%d}\n', result.requests, result.seconds, result.refused, result.broken
  ))
end

-- With a limit wrk would wait until the time is over. A limit is used for filling and not for timing, so the responses are counted here.
local function receive (status)
  responses = responses + 1
  if status >= 400 then refused = refused + 1 end
  if responses == limit then
    report { requests = responses, seconds = 0, refused = refused, broken = 0 }
    os.exit(0)
  end
end

function init (args)
  local body = args[2]
  among = tonumber(args[4])
  limit = tonumber(args[5])
  math.randomseed(os.time()) -- the seed of LuaJIT is always the same, and every run would update the same sessions
  -- wrk puts headers in another order each time it starts, and V8 then discards its optimized code. Real clients keep one order.
  local lines = { args[1] .. ' ' .. args[3] .. ' HTTP/1.1', 'Host: ' .. wrk.headers['Host'] }
  if #body > 0 then lines[#lines + 1] = 'Content-Length: ' .. #body end
  for index = 6, #args do lines[#lines + 1] = args[index] end
  text = table.concat(lines, '\r\n') .. '\r\n\r\n' .. body
  wrk.format = function () return text end
  -- without a function called request, wrk sends the same text again and again and does not call Lua
  if text:find('{%a+}') then request = send end
  if limit > 0 then response = receive end
end

function done (summary)
  local errors = summary.errors
  report {
    requests = summary.requests,
    seconds = summary.duration / 1e6,
    refused = errors.status,
    broken = errors.connect + errors.read + errors.write + errors.timeout
  }
end
