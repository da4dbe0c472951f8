-- Prints what wrk counted as one line of JSON. Arguments: method, and for a POST its body.
function init(args)
  wrk.method = args[1]
  if args[1] == "POST" then
    wrk.body = args[2]
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'JSON {"requests":%d,"micros":%d,"bytes":%d,"p50":%.3f,"p99":%.3f,"errors":%d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    e.connect + e.read + e.write + e.status + e.timeout))
end
