-- Prints what wrk counted as one line of JSON, and how often each status other than 200 came.
local all = {}
local statuses = {}

function setup(thread)
  table.insert(all, thread)
end

function init()
  seen = ""
end

function response(status)
  if status ~= 200 then
    statuses[status] = (statuses[status] or 0) + 1
    local texts = {}
    for name, count in pairs(statuses) do
      table.insert(texts, string.format('"%d":%d', name, count))
    end
    seen = table.concat(texts, ",")
  end
end

function done(summary, latency)
  local e = summary.errors
  local parts = {}
  for _, thread in ipairs(all) do
    table.insert(parts, thread:get("seen"))
  end
  io.write(string.format(
    'JSON {"requests":%d,"status":%d,"connect":%d,"cut":%d,"timeout":%d,"longest":%.3f,"statuses":{%s}}\n',
    summary.requests, e.status, e.connect, e.read + e.write, e.timeout, latency.max / 1000, table.concat(parts, ",")))
end
