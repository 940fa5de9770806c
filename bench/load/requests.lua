-- What wrk asks for, and how it tells the outcome.
--   args: body, path, how many numbers there are, after how many answers to stop (0: when the time is over), header lines
-- In the path and in the headers {count} counts requests, {next} does and begins anew after the last number, {random} is
-- any number. There is one thread, so two requests never share a count.

local text, among, limit
local count, answered, refused = 0, 0, 0

local function send ()
  count = count + 1
  return (text:gsub('{(%a+)}', {
    count = string.format('%d', count),
    next = string.format('%d', (count - 1) % among + 1),
    random = string.format('%d', math.random(among))
  }))
end

local function tell (outcome)
  io.write(string.format(
    '\nbench {"requests":%d,"seconds":%f,"median":%f,"p99":%f,"refused":%d,"broken":%d}\n',
    outcome.requests, outcome.seconds, outcome.median, outcome.p99, outcome.refused, outcome.broken
  ))
end

-- wrk itself would sit out the rest of the time; a limit is for filling and not for timing, so what counts is counted here
local function receive (status)
  answered = answered + 1
  if status >= 400 then refused = refused + 1 end
  if answered == limit then
    tell { requests = answered, refused = refused, broken = 0, seconds = 0, median = 0, p99 = 0 }
    os.exit(0)
  end
end

function init (args)
  local body = args[1]
  among = tonumber(args[3])
  limit = tonumber(args[4])
  math.randomseed(os.time()) -- LuaJIT's own seed is the same each time, and every run would meet the sessions of the run before
  -- wrk itself puts headers in another order each time it is started, and V8 then takes back what it had optimized for
  -- another one: no client that people write does that
  local lines = { 'PATCH ' .. args[2] .. ' HTTP/1.1', 'Host: ' .. wrk.headers['Host'], 'Content-Length: ' .. #body }
  for index = 5, #args do lines[#lines + 1] = args[index] end
  text = table.concat(lines, '\r\n') .. '\r\n\r\n' .. body
  wrk.format = function () return text end
  -- wrk sends one and the same text without calling Lua when there is no function called request
  if text:find('{%a+}') then request = send end
  if limit > 0 then response = receive end
end

function done (summary, latency)
  local errors = summary.errors
  tell {
    requests = summary.requests,
    seconds = summary.duration / 1e6,
    median = latency:percentile(50) / 1e3,
    p99 = latency:percentile(99) / 1e3,
    refused = errors.status,
    broken = errors.connect + errors.read + errors.write + errors.timeout
  }
end
